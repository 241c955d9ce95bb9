package driver

import (
	"fmt"
	"sync"
)

// ServiceAccount is one of a cluster's. Tokens are by audience.
type ServiceAccount struct {
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	UID         string            `json:"uid"`
	Annotations map[string]string `json:"annotations"`
	Tokens      map[string]string `json:"tokens"`
}

// Cluster replaces the API server and the kubelet's token manager: it has service accounts, issues tokens for them,
// and records the requests.
type Cluster struct {
	mu       sync.Mutex
	accounts map[string]ServiceAccount
	requests []TokenRequest
}

// NewCluster returns a cluster with these service accounts.
func NewCluster(accounts []ServiceAccount) *Cluster {
	c := &Cluster{accounts: map[string]ServiceAccount{}}
	for _, a := range accounts {
		c.accounts[a.Namespace+"/"+a.Name] = a
	}
	return c
}

// Set adds or replaces a service account.
func (c *Cluster) Set(account ServiceAccount) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accounts[account.Namespace+"/"+account.Name] = account
}

// ServiceAccount returns the account, or an error with the API server's wording.
func (c *Cluster) ServiceAccount(namespace, name string) (ServiceAccount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	account, ok := c.accounts[namespace+"/"+name]
	if !ok {
		return ServiceAccount{}, fmt.Errorf("serviceaccounts %q not found", name)
	}
	return account, nil
}

// Token records the request and returns the account's token for the first audience.
func (c *Cluster) Token(request TokenRequest) (string, error) {
	account, err := c.ServiceAccount(request.Namespace, request.ServiceAccount)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, request)
	if err != nil {
		return "", err
	}
	audience := ""
	if len(request.Spec.Audiences) > 0 {
		audience = request.Spec.Audiences[0]
	}
	token, ok := account.Tokens[audience]
	if !ok {
		return "", fmt.Errorf("serviceaccounts %q is forbidden: audience %q is not allowed", request.ServiceAccount, audience)
	}
	return token, nil
}

// Requests returns the token requests so far, oldest first.
func (c *Cluster) Requests() []TokenRequest {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]TokenRequest{}, c.requests...)
}
