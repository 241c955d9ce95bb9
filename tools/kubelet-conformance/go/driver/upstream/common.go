// Package upstream is the part of driver.Kubelet that reads the same in every release of k8s.io/kubernetes; the main
// module that links it chooses the release.
package upstream

import (
	"net/url"
	"runtime/debug"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/util/parsers"
)

// Common is embedded by each release's driver.Kubelet.
type Common struct {
	Clock *MovedClock
	log   *logBuffer
}

// NewCommon sends the kubelet's log to a buffer, for Log to take.
func NewCommon() Common {
	return Common{Clock: &MovedClock{now: time.Now}, log: captureLog()}
}

// Release is the version of k8s.io/kubernetes that go.mod names.
func (Common) Release() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "k8s.io/kubernetes" {
			return module.Version
		}
	}
	return "unknown"
}

// Match is URLsMatchStr.
func (Common) Match(glob, image string) (bool, error) {
	return credentialprovider.URLsMatchStr(glob, image)
}

// ParseURL is ParseSchemelessURL, then SplitURL.
func (Common) ParseURL(text string) (*url.URL, []string, string, error) {
	parsed, err := credentialprovider.ParseSchemelessURL(text)
	if err != nil {
		return nil, nil, "", err
	}
	parts, port := credentialprovider.SplitURL(parsed)
	return parsed, parts, port, nil
}

// ParseImage is parsers.ParseImageName.
func (Common) ParseImage(image string) (string, string, string, error) {
	return parsers.ParseImageName(image)
}

// QualifiedName is validation.IsQualifiedName.
func (Common) QualifiedName(name string) []string { return validation.IsQualifiedName(name) }

// SetClock changes the time of Clock.
func (c Common) SetClock(now func() time.Time) { c.Clock.now = now }

// Log takes what was logged since the last call.
func (c Common) Log() []string {
	klog.Flush()
	return c.log.take()
}
