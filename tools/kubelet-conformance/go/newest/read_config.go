//go:build !v1_33

package main

import (
	_ "unsafe" // for go:linkname

	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
)

//go:linkname readCredentialProviderConfig k8s.io/kubernetes/pkg/credentialprovider/plugin.readCredentialProviderConfig
func readCredentialProviderConfig(path string) (*kubeletconfig.CredentialProviderConfig, string, error)

func cacheTypeOf(t *kubeletconfig.ServiceAccountTokenAttributes) *string {
	cacheType := string(t.CacheType)
	return &cacheType
}
