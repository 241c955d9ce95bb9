package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	kubeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/kubernetes/pkg/util/parsers"
)

var client = &http.Client{Timeout: 10 * time.Second}

// fetchManifest does a pull's first step: ask for the manifest, answer the registry's challenge with the credential (Basic,
// or a token from the realm: https://distribution.github.io/distribution/spec/auth/token/), and ask again.
func fetchManifest(ctx context.Context, image string, auth *kubeapi.AuthConfig) error {
	repo, tag, digest, err := parsers.ParseImageName(image)
	if err != nil {
		return err
	}
	reference := tag
	if digest != "" {
		reference = digest
	}
	host, path, _ := strings.Cut(repo, "/")
	manifest := fmt.Sprintf("https://%s/v2/%s/manifests/%s", host, path, reference)
	response, err := ask(ctx, manifest, "")
	if err != nil {
		return err
	}
	if response.StatusCode == http.StatusUnauthorized {
		authorization, err := answerTo(ctx, response.Header.Get("Www-Authenticate"), path, auth)
		if err != nil {
			return err
		}
		if response, err = ask(ctx, manifest, authorization); err != nil {
			return err
		}
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("unexpected status from HEAD request to %s: %s", manifest, response.Status)
	}
	return nil
}

func ask(ctx context.Context, address, authorization string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return nil, err
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	return response, response.Body.Close()
}

var parameter = regexp.MustCompile(`(\w+)="([^"]*)"`)

// answerTo turns a WWW-Authenticate header and a credential into an Authorization header; without a credential
// there may still be a bearer token, for public repositories.
func answerTo(ctx context.Context, challenge, repository string, auth *kubeapi.AuthConfig) (string, error) {
	scheme, _, _ := strings.Cut(challenge, " ")
	if strings.EqualFold(scheme, "basic") {
		if auth == nil {
			return "", nil
		}
		return basic(auth), nil
	}
	if !strings.EqualFold(scheme, "bearer") {
		return "", fmt.Errorf("the registry's challenge %q is neither Basic nor Bearer", challenge)
	}
	parameters := map[string]string{}
	for _, match := range parameter.FindAllStringSubmatch(challenge, -1) {
		parameters[match[1]] = match[2]
	}
	scope := parameters["scope"]
	if scope == "" {
		scope = "repository:" + repository + ":pull"
	}
	query := url.Values{"service": {parameters["service"]}, "scope": {scope}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, parameters["realm"]+"?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	if auth != nil {
		request.Header.Set("Authorization", basic(auth))
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("failed to authorize: unexpected status from GET request to %s: %s", parameters["realm"], response.Status)
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("failed to authorize: %w", err)
	}
	if answer.Token == "" {
		answer.Token = answer.AccessToken
	}
	return "Bearer " + answer.Token, nil
}

func basic(auth *kubeapi.AuthConfig) string {
	request := http.Request{Header: http.Header{}}
	request.SetBasicAuth(auth.GetUsername(), auth.GetPassword())
	return request.Header.Get("Authorization")
}
