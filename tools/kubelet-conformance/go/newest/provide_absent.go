//go:build v1_33 || v1_34

package main

import "imagecred.dev/kubelet-conformance/driver"

// Provide is not called for these releases: theirs has another signature, and no other cache.
func (k *kubelet) Provide(driver.ProvideCase) (driver.ProvideAnswer, error) {
	return driver.ProvideAnswer{}, driver.ErrAbsent
}
