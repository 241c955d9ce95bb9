package main

import (
	"unsafe"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"

	"imagecred.dev/kubelet-conformance/driver/upstream"
)

// The kubelet's package exports only what the kubelet calls. Other functions are bound by name (Go's linkname, which
// needs the empty assembly file in this directory), so that the code that runs is the kubelet's own, compiled from the
// checksummed module. A name or a signature that a new release changed fails to link, or fails the suite's recorded
// cases at once.

//go:linkname validateCredentialProviderConfig k8s.io/kubernetes/pkg/credentialprovider/plugin.validateCredentialProviderConfig
func validateCredentialProviderConfig(config *kubeletconfig.CredentialProviderConfig, serviceAccountTokens bool) field.ErrorList

//go:linkname generateCacheKey k8s.io/kubernetes/pkg/credentialprovider/plugin.generateCacheKey
func generateCacheKey(base, serviceAccountKey string) (string, error)

//go:linkname registerCredentialProviderPlugin k8s.io/kubernetes/pkg/credentialprovider/plugin.registerCredentialProviderPlugin
func registerCredentialProviderPlugin(name string, p providerPointer)

//go:linkname newPluginProvider k8s.io/kubernetes/pkg/credentialprovider/plugin.newPluginProvider
func newPluginProvider(binDir string, provider kubeletconfig.CredentialProvider, token tokenFunc, account plugin.GetServiceAccountFunc) (providerPointer, error)

// registered and seenNames are the package's list of providers and the names in it.
//
//go:linkname registered k8s.io/kubernetes/pkg/credentialprovider/plugin.providers
var registered []struct {
	name string
	impl providerPointer
}

//go:linkname seenNames k8s.io/kubernetes/pkg/credentialprovider/plugin.seenProviderNames
var seenNames sets.String

// providerPointer is a *plugin.pluginProvider, whose type has no name outside its package.
type providerPointer unsafe.Pointer

// forgetProviders makes the next registration that of a freshly started kubelet.
func forgetProviders() {
	registered = nil
	seenNames = sets.NewString()
}

// providerFields are those of a registered *pluginProvider. Its type is reached through the keyring that the kubelet makes
// for a pod, as nothing exported has it.
func providerFields(index int) upstream.Fields {
	keyring := plugin.NewExternalCredentialProviderDockerKeyring("", "", "", "")
	return upstream.FieldsOf(keyring).FollowIndex("providers", index).Follow("provider")
}
