package main

import (
	"k8s.io/kubernetes/pkg/credentialprovider"

	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

func (k *kubelet) Keyring(image string, providers []map[string]driver.Login) ([]driver.Login, bool) {
	keyring := &credentialprovider.BasicDockerKeyring{}
	for _, auth := range providers {
		keyring.Add(nil, upstream.DockerConfig(auth))
	}
	found, ok := keyring.Lookup(image)
	return logins(found), ok
}

// logins are a keyring's credentials, in the order in which the kubelet tries them.
func logins(found []credentialprovider.TrackedAuthConfig) []driver.Login {
	out := []driver.Login{}
	for _, c := range found {
		out = append(out, driver.Login{Username: c.Username, Password: c.Password})
	}
	return out
}

func (k *kubelet) CacheKey(base, serviceAccountKey string) (string, error) {
	return generateCacheKey(base, serviceAccountKey)
}
