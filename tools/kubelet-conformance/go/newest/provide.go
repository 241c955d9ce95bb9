//go:build !v1_33 && !v1_34

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"sort"
	"time"
	_ "unsafe" // for go:linkname

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	credentialproviderapi "k8s.io/kubelet/pkg/apis/credentialprovider"
	credentialproviderv1 "k8s.io/kubelet/pkg/apis/credentialprovider/v1"
	"k8s.io/kubernetes/pkg/credentialprovider"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"

	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

// plannedPlugin stands where the kubelet would run a program: it answers what the step says and keeps the request.
type plannedPlugin struct {
	planned *driver.PlannedResponse
	request *driver.Request
}

func (p *plannedPlugin) ExecPlugin(_ context.Context, image, token string, annotations map[string]string) (*credentialproviderapi.CredentialProviderResponse, error) {
	p.request = &driver.Request{Image: image, ServiceAccountToken: token, ServiceAccountAnnotations: annotations}
	if p.planned == nil {
		return nil, errors.New("the case gives no answer for this run")
	}
	if p.planned.Error != "" {
		return nil, errors.New(p.planned.Error)
	}
	out := &credentialproviderapi.CredentialProviderResponse{
		CacheKeyType: credentialproviderapi.PluginCacheKeyType(p.planned.CacheKeyType),
		Auth:         map[string]credentialproviderapi.AuthConfig{},
	}
	if p.planned.CacheDuration != nil {
		d, err := time.ParseDuration(*p.planned.CacheDuration)
		if err != nil {
			return nil, err
		}
		out.CacheDuration = &metav1.Duration{Duration: d}
	}
	for key, login := range p.planned.Auth {
		if p.planned.EchoToken {
			login.Password = token
		}
		out.Auth[key] = credentialproviderapi.AuthConfig{Username: login.Username, Password: login.Password}
	}
	return out, nil
}

//go:linkname provide k8s.io/kubernetes/pkg/credentialprovider/plugin.(*pluginProvider).provide
func provide(p providerPointer, image, podNamespace, podName string, podUID types.UID, serviceAccount string) (credentialprovider.DockerConfig, *credentialprovider.ServiceAccountCoordinates, error)

// Provide takes one provider through the steps with the kubelet's matching, cache and service account code.
func (k *kubelet) Provide(c driver.ProvideCase) (driver.ProvideAnswer, error) {
	defaultDuration, err := time.ParseDuration(c.DefaultCacheDuration)
	if err != nil {
		return driver.ProvideAnswer{}, err
	}
	cluster := driver.NewCluster(nil)
	p, err := newPluginProvider("/nonexistent", kubeletconfig.CredentialProvider{
		Name: "p1", MatchImages: c.MatchImages, APIVersion: credentialproviderv1.SchemeGroupVersion.String(),
		DefaultCacheDuration: &metav1.Duration{Duration: defaultDuration}, TokenAttributes: attributes(c.TokenAttributes),
	}, tokens(cluster), accounts(cluster))
	if err != nil {
		return driver.ProvideAnswer{}, err
	}
	forgetProviders()
	defer forgetProviders()
	registerCredentialProviderPlugin("p1", p)

	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	start := now
	provider := providerFields(0)
	upstream.UseClock(provider, upstream.NewMovedClock(func() time.Time { return now }))
	answer := driver.ProvideAnswer{Steps: []driver.ProvideResult{}}
	for _, step := range c.Steps {
		now = start.Add(time.Duration(step.AtSeconds * float64(time.Second)))
		if step.ServiceAccount != "" {
			cluster.Set(driver.ServiceAccount{
				Namespace: step.Namespace, Name: step.ServiceAccount, UID: step.ServiceAccountUID,
				Annotations: step.ServiceAccountAnnotations, Tokens: map[string]string{audience(c): step.Token},
			})
		}
		answer.Steps = append(answer.Steps, runStep(p, provider, step))
	}
	if c.TokenAttributes != nil {
		answer.TokenRequests = cluster.Requests()
	}
	return answer, nil
}

func runStep(p providerPointer, provider upstream.Fields, step driver.ProvideStep) driver.ProvideResult {
	planned := &plannedPlugin{planned: step.Response}
	provider.Set("plugin", planned)
	config, coordinates, err := provide(p, step.Image, step.Namespace, step.Pod, types.UID(step.PodUID), step.ServiceAccount)
	result := driver.ProvideResult{Credentials: map[string]driver.Login{}, CacheKeysHex: []string{}, ExecCalled: planned.request != nil, Request: planned.request}
	if err != nil {
		text := err.Error()
		result.Error = &text
	}
	for key, entry := range config {
		result.Credentials[key] = driver.Login{Username: entry.Username, Password: entry.Password}
	}
	if coordinates != nil {
		result.Coordinates = &driver.Coordinates{Namespace: coordinates.Namespace, Name: coordinates.Name, UID: coordinates.UID}
	}
	for _, key := range upstream.CacheOf(provider).ListKeys() {
		result.CacheKeysHex = append(result.CacheKeysHex, hex.EncodeToString([]byte(key)))
	}
	sort.Strings(result.CacheKeysHex)
	result.CachedEntries = len(result.CacheKeysHex)
	return result
}

func attributes(t *driver.ShortTokenSettings) *kubeletconfig.ServiceAccountTokenAttributes {
	if t == nil {
		return nil
	}
	return &kubeletconfig.ServiceAccountTokenAttributes{
		ServiceAccountTokenAudience: t.Audience, CacheType: kubeletconfig.ServiceAccountTokenCacheType(t.CacheType),
		RequireServiceAccount: &t.RequireServiceAccount, RequiredServiceAccountAnnotationKeys: t.Required,
		OptionalServiceAccountAnnotationKeys: t.Optional,
	}
}

func audience(c driver.ProvideCase) string {
	if c.TokenAttributes == nil {
		return ""
	}
	return c.TokenAttributes.Audience
}
