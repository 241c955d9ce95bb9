package driver

import "errors"

// ErrAbsent says that the linked release has no such function.
var ErrAbsent = errors.New("the linked kubelet release has no such function")

// Login is a user name and a password, as a keyring or a plugin's response has them.
type Login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Request is what the kubelet would send to a plugin.
type Request struct {
	Image                     string            `json:"image"`
	ServiceAccountToken       string            `json:"serviceAccountToken"`
	ServiceAccountAnnotations map[string]string `json:"serviceAccountAnnotations"`
}

// Response is a plugin's response after the kubelet has decoded it. CacheDuration is nil where the plugin gave none.
type Response struct {
	CacheKeyType  string           `json:"cacheKeyType"`
	CacheDuration *string          `json:"cacheDuration"`
	Auth          map[string]Login `json:"auth"`
}

// ConfigAnswer is what reading and validating a CredentialProviderConfig gave: either ReadError, or the rest.
type ConfigAnswer struct {
	ReadError        *string  `json:"readError"`
	Config           *Config  `json:"config,omitempty"`
	Hash             string   `json:"hash,omitempty"`
	ValidationErrors []string `json:"validationErrors,omitempty"`
	Aggregate        string   `json:"aggregate,omitempty"`
}

// Config is the internal form of a CredentialProviderConfig.
type Config struct {
	Providers []Provider `json:"providers"`
}

// Provider keeps nil slices apart from empty ones: the kubelet's Go code does.
type Provider struct {
	Name                 string           `json:"name"`
	MatchImages          []string         `json:"matchImages"`
	DefaultCacheDuration *string          `json:"defaultCacheDuration"`
	APIVersion           string           `json:"apiVersion"`
	Args                 []string         `json:"args"`
	Env                  []EnvVar         `json:"env"`
	TokenAttributes      *TokenAttributes `json:"tokenAttributes,omitempty"`
}

// EnvVar is one variable of a provider's env list.
type EnvVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TokenAttributes is a provider's service account block; before 1.34 it had no cache type.
type TokenAttributes struct {
	ServiceAccountTokenAudience          string   `json:"serviceAccountTokenAudience"`
	CacheType                            *string  `json:"cacheType,omitempty"`
	RequireServiceAccount                *bool    `json:"requireServiceAccount"`
	RequiredServiceAccountAnnotationKeys []string `json:"requiredServiceAccountAnnotationKeys"`
	OptionalServiceAccountAnnotationKeys []string `json:"optionalServiceAccountAnnotationKeys"`
}

// Pod is whom an image is pulled for. Secrets are the pod's imagePullSecrets, each a .dockerconfigjson.
type Pod struct {
	Namespace      string   `json:"namespace"`
	Name           string   `json:"name"`
	UID            string   `json:"uid"`
	ServiceAccount string   `json:"serviceAccount"`
	Secrets        []string `json:"secrets"`
}

// ProvideCase is a provider and a sequence of image pulls on a clock of its own.
type ProvideCase struct {
	MatchImages          []string            `json:"matchImages"`
	DefaultCacheDuration string              `json:"defaultCacheDuration"`
	TokenAttributes      *ShortTokenSettings `json:"tokenAttributes"`
	Steps                []ProvideStep       `json:"steps"`
}

// ShortTokenSettings is a case's short spelling of TokenAttributes.
type ShortTokenSettings struct {
	Audience              string   `json:"audience"`
	CacheType             string   `json:"cacheType"`
	RequireServiceAccount bool     `json:"requireServiceAccount"`
	Required              []string `json:"required"`
	Optional              []string `json:"optional"`
}

// ProvideStep is one pull, and what the plugin would answer if it ran.
type ProvideStep struct {
	AtSeconds                 float64           `json:"atSeconds"`
	Image                     string            `json:"image"`
	Response                  *PlannedResponse  `json:"response"`
	Namespace                 string            `json:"namespace"`
	Pod                       string            `json:"pod"`
	PodUID                    string            `json:"podUID"`
	ServiceAccount            string            `json:"serviceAccount"`
	ServiceAccountUID         string            `json:"serviceAccountUID"`
	ServiceAccountAnnotations map[string]string `json:"serviceAccountAnnotations"`
	Token                     string            `json:"token"`
}

// PlannedResponse is a plugin's response; with EchoToken every password is the service account token that it was sent,
// and Error, when not empty, is a run that failed with that text.
type PlannedResponse struct {
	Response
	EchoToken bool   `json:"echoToken"`
	Error     string `json:"error"`
}

// ProvideAnswer is what each step gave, and, in service account mode, which tokens the kubelet asked for.
type ProvideAnswer struct {
	Steps         []ProvideResult `json:"steps"`
	TokenRequests []TokenRequest  `json:"tokenRequests,omitzero"`
}

// ProvideResult is one step's result and the cache after it.
type ProvideResult struct {
	CacheKeysHex  []string         `json:"cacheKeysHex"`
	CachedEntries int              `json:"cachedEntries"`
	Coordinates   *Coordinates     `json:"coordinates,omitempty"`
	Credentials   map[string]Login `json:"credentials"`
	Error         *string          `json:"error"`
	ExecCalled    bool             `json:"execCalled"`
	Request       *Request         `json:"request,omitempty"`
}

// Coordinates name the service account that a credential was made for.
type Coordinates struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
}

// TokenRequest is one TokenRequest that the kubelet made; Spec is its spec as the API server gets it.
type TokenRequest struct {
	Namespace      string    `json:"namespace"`
	ServiceAccount string    `json:"serviceAccount"`
	UID            string    `json:"uid"`
	Spec           TokenSpec `json:"spec"`
}

// TokenSpec is the part of authentication.k8s.io/v1 TokenRequestSpec that the kubelet fills in.
type TokenSpec struct {
	Audiences         []string     `json:"audiences"`
	BoundObjectRef    *BoundObject `json:"boundObjectRef"`
	ExpirationSeconds *int64       `json:"expirationSeconds"`
}

// BoundObject is the pod that a token is bound to.
type BoundObject struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
}
