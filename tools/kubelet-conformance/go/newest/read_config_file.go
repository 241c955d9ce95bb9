//go:build v1_33

package main

import (
	_ "unsafe" // for go:linkname

	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
)

// This release reads one file, has no hash, and its tokenAttributes have no cacheType.

//go:linkname readCredentialProviderConfigFile k8s.io/kubernetes/pkg/credentialprovider/plugin.readCredentialProviderConfigFile
func readCredentialProviderConfigFile(path string) (*kubeletconfig.CredentialProviderConfig, error)

func readCredentialProviderConfig(path string) (*kubeletconfig.CredentialProviderConfig, string, error) {
	config, err := readCredentialProviderConfigFile(path)
	return config, "", err
}

func cacheTypeOf(*kubeletconfig.ServiceAccountTokenAttributes) *string { return nil }
