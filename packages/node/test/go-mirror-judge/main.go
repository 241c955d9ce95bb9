// Asks containerd and containers/image where they would go for an image: their own code, on the files of a directory.
//
// Standard input has one question a line, as JSON; standard output has one response a line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/pkg/sysregistriesv2"
	"go.podman.io/image/v5/types"
)

type question struct {
	// "containerd" or "crio".
	Runtime string `json:"runtime"`
	// A directory that stands for /etc/containerd/certs.d or for /etc/containers.
	Directory string `json:"directory"`
	// Host for containerd, a reference for CRI-O.
	Image string `json:"image"`
}

type endpoint struct {
	Scheme       string   `json:"scheme"`
	Host         string   `json:"host"`
	Path         string   `json:"path"`
	Capabilities []string `json:"capabilities"`
	SkipVerify   bool     `json:"skipVerify"`
	// Whether plain http follows; whether certificates are checked then cannot be seen.
	Fallback bool `json:"fallback"`
}

type answer struct {
	Endpoints []endpoint `json:"endpoints"`
	Blocked   bool       `json:"blocked"`
	Error     string     `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		found, err := containerd(asked)
		if asked.Runtime == "crio" {
			found, err = crio(asked)
		}
		if err != nil {
			found.Error = err.Error()
		}
		if err := out.Encode(found); err != nil {
			panic(err)
		}
	}
}

func containerd(asked question) (answer, error) {
	if asked.Runtime != "containerd" {
		return answer{}, nil
	}
	hosts, err := config.ConfigureHosts(context.Background(), config.HostOptions{
		HostDir: config.HostDirFromRoot(asked.Directory),
	})(asked.Image)
	found := answer{}
	for _, host := range hosts {
		one := endpoint{Scheme: host.Scheme, Host: host.Host, Path: host.Path}
		if host.Capabilities.Has(docker.HostCapabilityPull) {
			one.Capabilities = append(one.Capabilities, "pull")
		}
		if host.Capabilities.Has(docker.HostCapabilityResolve) {
			one.Capabilities = append(one.Capabilities, "resolve")
		}
		if transport, ok := host.Client.Transport.(*http.Transport); ok && transport.TLSClientConfig != nil {
			one.SkipVerify = transport.TLSClientConfig.InsecureSkipVerify
		} else if !ok {
			one.Fallback = true
		}
		found.Endpoints = append(found.Endpoints, one)
	}
	return found, err
}

func crio(asked question) (answer, error) {
	context := &types.SystemContext{
		SystemRegistriesConfPath:    filepath.Join(asked.Directory, "registries.conf"),
		SystemRegistriesConfDirPath: filepath.Join(asked.Directory, "registries.conf.d"),
	}
	sysregistriesv2.InvalidateCache()
	ref, err := reference.ParseNormalizedNamed(asked.Image)
	if err != nil {
		return answer{}, err
	}
	registry, err := sysregistriesv2.FindRegistry(context, ref.Name())
	if err != nil {
		return answer{}, err
	}
	if registry == nil {
		return answer{Endpoints: []endpoint{at(ref.Name(), false)}}, nil
	}
	if registry.Blocked {
		return answer{Blocked: true}, nil
	}
	sources, err := registry.PullSourcesFromReference(ref)
	found := answer{}
	for _, source := range sources {
		found.Endpoints = append(found.Endpoints, at(source.Reference.Name(), source.Endpoint.Insecure))
	}
	return found, err
}

func at(name string, insecure bool) endpoint {
	host, path, _ := strings.Cut(name, "/")
	return endpoint{Host: host, Path: fmt.Sprint(path), SkipVerify: insecure}
}
