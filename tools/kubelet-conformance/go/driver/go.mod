module imagecred.dev/kubelet-conformance/driver

go 1.26.0

require k8s.io/kubernetes v1.29.6
