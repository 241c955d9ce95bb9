module imagecred.dev/cluster/workload

go 1.26.0
