package main

import (
	authenticationv1 "k8s.io/api/authentication/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
	"k8s.io/kubernetes/pkg/credentialprovider/secrets"
	"k8s.io/kubernetes/pkg/util/parsers"

	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

// tokenFunc is the shape of the kubelet's token manager's GetServiceAccountToken.
type tokenFunc = func(namespace, name string, tr *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error)

func (k *kubelet) Register(configPath, binDir string, cluster *driver.Cluster) error {
	forgetProviders()
	if err := plugin.RegisterCredentialProviderPlugins(configPath, binDir, tokens(cluster), accounts(cluster)); err != nil {
		return err
	}
	for index := range registered {
		upstream.UseClock(providerFields(index), k.Clock)
	}
	return nil
}

func (k *kubelet) Registered() int { return len(registered) }

// Lookup is the body of the kubelet's makeLookupPullCredentialsFunc (pkg/kubelet/images/image_manager.go): that method
// cannot be called without a whole image manager, and the binary suite covers it.
func (k *kubelet) Lookup(image string, pod driver.Pod) ([]driver.Login, error) {
	repo, _, _, err := parsers.ParseImageName(image)
	if err != nil {
		return nil, err
	}
	external := plugin.NewExternalCredentialProviderDockerKeyring(pod.Namespace, pod.Name, pod.UID, pod.ServiceAccount)
	node := credentialprovider.UnionDockerKeyring{credentialprovider.NewDefaultDockerKeyring(), external}
	keyring, err := secrets.MakeDockerKeyring(upstream.PullSecrets(pod), node)
	if err != nil {
		return nil, err
	}
	found, _ := keyring.Lookup(repo)
	return logins(found), nil
}

func accounts(cluster *driver.Cluster) plugin.GetServiceAccountFunc {
	return func(namespace, name string) (*v1.ServiceAccount, error) {
		account, err := cluster.ServiceAccount(namespace, name)
		if err != nil {
			return nil, err
		}
		return &v1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
			Namespace: account.Namespace, Name: account.Name, UID: types.UID(account.UID), Annotations: account.Annotations,
		}}, nil
	}
}

func tokens(cluster *driver.Cluster) tokenFunc {
	return func(namespace, name string, tr *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
		request := driver.TokenRequest{
			Namespace: namespace, ServiceAccount: name, UID: string(tr.UID),
			Spec: driver.TokenSpec{Audiences: tr.Spec.Audiences, ExpirationSeconds: tr.Spec.ExpirationSeconds},
		}
		if ref := tr.Spec.BoundObjectRef; ref != nil {
			request.Spec.BoundObjectRef = &driver.BoundObject{APIVersion: ref.APIVersion, Kind: ref.Kind, Name: ref.Name, UID: string(ref.UID)}
		}
		token, err := cluster.Token(request)
		if err != nil {
			return nil, err
		}
		out := tr.DeepCopy()
		out.Status.Token = token
		return out, nil
	}
}
