package main

import (
	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

// kubelet is driver.Kubelet on the linked release.
type kubelet struct{ upstream.Common }

var _ driver.Kubelet = (*kubelet)(nil)

func newKubelet() *kubelet { return &kubelet{upstream.NewCommon()} }
