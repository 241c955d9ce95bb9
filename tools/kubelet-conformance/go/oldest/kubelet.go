package main

import (
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
	"k8s.io/kubernetes/pkg/credentialprovider/secrets"
	"k8s.io/kubernetes/pkg/util/parsers"

	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

// kubelet is driver.Kubelet on the linked release, which has no service account mode.
type kubelet struct{ upstream.Common }

var _ driver.Kubelet = (*kubelet)(nil)

func newKubelet() *kubelet { return &kubelet{upstream.NewCommon()} }

// ReadConfig reads one file: directories came later, and so did the hash.
func (k *kubelet) ReadConfig(path string, _ bool) driver.ConfigAnswer {
	config, err := readCredentialProviderConfigFile(path)
	if err != nil {
		return upstream.Unread(err)
	}
	return upstream.Answer(config, "", validateCredentialProviderConfig(config))
}

func (k *kubelet) Keyring(image string, providers []map[string]driver.Login) ([]driver.Login, bool) {
	keyring := &credentialprovider.BasicDockerKeyring{}
	for _, auth := range providers {
		keyring.Add(upstream.DockerConfig(auth))
	}
	found, ok := keyring.Lookup(image)
	return logins(found), ok
}

func logins(found []credentialprovider.AuthConfig) []driver.Login {
	out := []driver.Login{}
	for _, c := range found {
		out = append(out, driver.Login{Username: c.Username, Password: c.Password})
	}
	return out
}

func (k *kubelet) Register(configPath, binDir string, _ *driver.Cluster) error {
	forgetProviders()
	if err := plugin.RegisterCredentialProviderPlugins(configPath, binDir); err != nil {
		return err
	}
	for name := range registered {
		upstream.UseClock(providerFields(name), k.Clock)
	}
	return nil
}

func (k *kubelet) Registered() int { return len(registered) }

// Lookup is the first half of the kubelet's PullImage (pkg/kubelet/kuberuntime/kuberuntime_image.go).
func (k *kubelet) Lookup(image string, pod driver.Pod) ([]driver.Login, error) {
	repo, _, _, err := parsers.ParseImageName(image)
	if err != nil {
		return nil, err
	}
	keyring, err := secrets.MakeDockerKeyring(upstream.PullSecrets(pod), credentialprovider.NewDockerKeyring())
	if err != nil {
		return nil, err
	}
	found, _ := keyring.Lookup(repo)
	return logins(found), nil
}
