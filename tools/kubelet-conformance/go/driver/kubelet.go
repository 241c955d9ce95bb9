// Package driver lets another program run the kubelet's own code: one JSON object per line on standard input, one
// line of output for each. A `Kubelet` does the work, one for each kubelet release that is linked. This package does
// not use any Kubernetes type, so that one protocol serves all releases.
package driver

import (
	"net/url"
	"time"
)

// Kubelet is the kubelet's code of one release. An operation that the release does not have returns ErrAbsent.
type Kubelet interface {
	// Release is the linked k8s.io/kubernetes version, such as "v1.37.2".
	Release() string

	Match(glob, image string) (bool, error)
	ParseURL(text string) (parsed *url.URL, parts []string, port string, err error)
	ParseImage(image string) (repo, tag, digest string, err error)
	QualifiedName(name string) []string
	ReadConfig(path string, serviceAccountTokens bool) ConfigAnswer
	Keyring(image string, providers []map[string]Login) (creds []Login, found bool)
	CacheKey(base, serviceAccountKey string) (string, error)
	Provide(c ProvideCase) (ProvideAnswer, error)

	// Register does what a starting kubelet does with its two flags. A second call is a restarted kubelet.
	Register(configPath, binDir string, cluster *Cluster) error
	// Registered is the number of providers that the running kubelet would ask.
	Registered() int
	// Exec runs a registered provider's program once, past match rules and cache, and decodes its response.
	Exec(provider string, request Request) (*Response, error)
	// Lookup does what a pull does to find credentials: the repository's name, pull secrets, then the plugins.
	Lookup(image string, pod Pod) ([]Login, error)
	// SetClock makes every registered provider's cache, and those registered later, live by this clock.
	SetClock(now func() time.Time)
	// Metrics are the kubelet's own counters by plugin name.
	Metrics() (map[string]PluginMetrics, error)
	// Log takes what the kubelet has logged since the last call, an entry each, without header.
	Log() []string
}

// PluginMetrics are kubelet_credential_provider_plugin_duration's count and
// kubelet_credential_provider_plugin_errors_total of one plugin.
type PluginMetrics struct {
	Runs   uint64 `json:"runs"`
	Errors uint64 `json:"errors"`
}
