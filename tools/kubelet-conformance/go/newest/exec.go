package main

import (
	"context"
	"fmt"

	"k8s.io/kubernetes/pkg/credentialprovider/plugin"

	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

func (k *kubelet) Exec(provider string, request driver.Request) (*driver.Response, error) {
	for index, p := range registered {
		if p.name != provider {
			continue
		}
		runner := providerFields(index).Get("plugin").Interface().(plugin.Plugin)
		response, err := runner.ExecPlugin(context.Background(), request.Image, request.ServiceAccountToken, request.ServiceAccountAnnotations)
		if err != nil {
			return nil, err
		}
		return upstream.Response(response), nil
	}
	return nil, fmt.Errorf("provider %q is not registered", provider)
}
