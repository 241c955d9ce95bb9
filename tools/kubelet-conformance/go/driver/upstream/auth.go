package upstream

import (
	v1 "k8s.io/api/core/v1"
	credentialproviderapi "k8s.io/kubelet/pkg/apis/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider"

	"imagecred.dev/kubelet-conformance/driver"
)

// DockerConfig is a plugin's response as the kubelet puts it into a keyring.
func DockerConfig(auth map[string]driver.Login) credentialprovider.DockerConfig {
	config := credentialprovider.DockerConfig{}
	for key, login := range auth {
		config[key] = credentialprovider.DockerConfigEntry{Username: login.Username, Password: login.Password}
	}
	return config
}

// PullSecrets are the pod's imagePullSecrets as the kubelet reads them from the API server.
func PullSecrets(pod driver.Pod) []v1.Secret {
	var out []v1.Secret
	for _, s := range pod.Secrets {
		out = append(out, v1.Secret{
			Type: v1.SecretTypeDockerConfigJson, Data: map[string][]byte{v1.DockerConfigJsonKey: []byte(s)},
		})
	}
	return out
}

// Response is a plugin's decoded response in the driver's shape.
func Response(response *credentialproviderapi.CredentialProviderResponse) *driver.Response {
	out := &driver.Response{CacheKeyType: string(response.CacheKeyType), CacheDuration: Printed(response.CacheDuration)}
	if response.Auth != nil {
		out.Auth = map[string]driver.Login{}
	}
	for key, auth := range response.Auth {
		out.Auth[key] = driver.Login{Username: auth.Username, Password: auth.Password}
	}
	return out
}
