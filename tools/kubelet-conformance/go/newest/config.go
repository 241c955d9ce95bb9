package main

import (
	"imagecred.dev/kubelet-conformance/driver"
	"imagecred.dev/kubelet-conformance/driver/upstream"
)

func (k *kubelet) ReadConfig(path string, serviceAccountTokens bool) driver.ConfigAnswer {
	config, hash, err := readCredentialProviderConfig(path)
	if err != nil {
		return upstream.Unread(err)
	}
	answer := upstream.Answer(config, hash, validateCredentialProviderConfig(config, serviceAccountTokens))
	for i, p := range config.Providers {
		if t := p.TokenAttributes; t != nil {
			answer.Config.Providers[i].TokenAttributes = &driver.TokenAttributes{
				ServiceAccountTokenAudience:          t.ServiceAccountTokenAudience,
				CacheType:                            cacheTypeOf(t),
				RequireServiceAccount:                t.RequireServiceAccount,
				RequiredServiceAccountAnnotationKeys: t.RequiredServiceAccountAnnotationKeys,
				OptionalServiceAccountAnnotationKeys: t.OptionalServiceAccountAnnotationKeys,
			}
		}
	}
	return answer
}
