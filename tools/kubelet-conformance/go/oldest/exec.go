package main

import (
	"context"

	"k8s.io/kubernetes/pkg/credentialprovider/plugin"

	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

func (k *kubelet) Exec(provider string, request driver.Request) (*driver.Response, error) {
	runner := providerFields(provider).Get("plugin").Interface().(plugin.Plugin)
	response, err := runner.ExecPlugin(context.Background(), request.Image)
	if err != nil {
		return nil, err
	}
	return upstream.Response(response), nil
}

// CacheKey and Provide are not compared on this release: its cache has no service account keys, and its keys are the
// plain texts that the newest release prefixes with lengths.
func (k *kubelet) CacheKey(string, string) (string, error) { return "", driver.ErrAbsent }

func (k *kubelet) Provide(driver.ProvideCase) (driver.ProvideAnswer, error) {
	return driver.ProvideAnswer{}, driver.ErrAbsent
}
