module imagecred.test/proxy-judge

go 1.25.0

// The last version that, like Go 1.26, reads HTTPS_PROXY before https_proxy.
require golang.org/x/net v0.57.0

require golang.org/x/text v0.40.0 // indirect
