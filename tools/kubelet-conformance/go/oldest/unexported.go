package main

import (
	"fmt"
	_ "unsafe" // for go:linkname

	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/credentialprovider"
	_ "k8s.io/kubernetes/pkg/credentialprovider/plugin" // the code that the names below are bound to
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"

	"imagecred.dev/kubelet-conformance/driver/upstream"
)

// Bound by name to the kubelet's own code, for the reason given in the newest release's file of this name.

//go:linkname readCredentialProviderConfigFile k8s.io/kubernetes/pkg/credentialprovider/plugin.readCredentialProviderConfigFile
func readCredentialProviderConfigFile(path string) (*kubeletconfig.CredentialProviderConfig, error)

//go:linkname validateCredentialProviderConfig k8s.io/kubernetes/pkg/credentialprovider/plugin.validateCredentialProviderConfig
func validateCredentialProviderConfig(config *kubeletconfig.CredentialProviderConfig) field.ErrorList

// registered is the package's list of providers by name. In this release the kubelet's keyring takes them in the
// order of their names.
//
//go:linkname registered k8s.io/kubernetes/pkg/credentialprovider.providers
var registered map[string]credentialprovider.DockerConfigProvider

func forgetProviders() { registered = map[string]credentialprovider.DockerConfigProvider{} }

func providerFields(name string) upstream.Fields {
	provider, ok := registered[name]
	if !ok {
		panic(fmt.Sprintf("provider %q is not registered", name))
	}
	return upstream.FieldsOf(provider)
}
