package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	kubeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/fake"
)

// pullingImages is the fake's image service, with pulls that ask the registry.
type pullingImages struct {
	*fake.RemoteRuntime
	mu   sync.Mutex
	told *json.Encoder
}

// PullImage asks the registry for the image's manifest with the kubelet's credential, as containerd does, and fails with
// the registry's refusal.
func (p *pullingImages) PullImage(ctx context.Context, req *kubeapi.PullImageRequest) (*kubeapi.PullImageResponse, error) {
	image := req.GetImage().GetImage()
	event := pull{
		Image: image, Username: req.GetAuth().GetUsername(), Password: req.GetAuth().GetPassword(), Anonymous: req.GetAuth() == nil,
	}
	refusal := fetchManifest(ctx, image, req.GetAuth())
	if refusal != nil {
		event.Refused = refusal.Error()
	}
	if err := p.tell(event); err != nil {
		return nil, err
	}
	if refusal != nil {
		return nil, status.Error(codes.Unknown, fmt.Sprintf("failed to pull and unpack image %q: %v", image, refusal))
	}
	return p.RemoteRuntime.PullImage(ctx, req)
}

func (p *pullingImages) tell(event pull) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told.Encode(event)
}
