package upstream

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"

	"imagecred.dev/kubelet-conformance/driver"
)

// Answer gives the driver's form of a config and of its validation errors. The releases add their own fields.
func Answer(config *kubeletconfig.CredentialProviderConfig, hash string, errs field.ErrorList) driver.ConfigAnswer {
	answer := driver.ConfigAnswer{Config: &driver.Config{Providers: []driver.Provider{}}, Hash: hash}
	for _, p := range config.Providers {
		provider := driver.Provider{
			Name: p.Name, MatchImages: p.MatchImages, DefaultCacheDuration: Printed(p.DefaultCacheDuration),
			APIVersion: p.APIVersion, Args: p.Args, Env: []driver.EnvVar{},
		}
		for _, e := range p.Env {
			provider.Env = append(provider.Env, driver.EnvVar{Name: e.Name, Value: e.Value})
		}
		answer.Config.Providers = append(answer.Config.Providers, provider)
	}
	for _, e := range errs {
		answer.ValidationErrors = append(answer.ValidationErrors, e.Error())
	}
	if aggregate := errs.ToAggregate(); aggregate != nil {
		answer.Aggregate = aggregate.Error()
	}
	return answer
}

// Unread is the output if reading failed.
func Unread(err error) driver.ConfigAnswer {
	text := err.Error()
	return driver.ConfigAnswer{ReadError: &text}
}

// Printed is a duration as Go prints it, or nil.
func Printed(d *metav1.Duration) *string {
	if d == nil {
		return nil
	}
	text := d.Duration.String()
	return &text
}
