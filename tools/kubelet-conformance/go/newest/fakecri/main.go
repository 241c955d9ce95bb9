// Command fakecri is a container runtime that runs nothing. The kubelet gets every response that it needs about
// sandboxes and containers, but a pull only succeeds if the registry returns the manifest for the credential that the
// kubelet sent. Each pull is printed to standard output, one JSON object per line.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	kubeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/fake"
)

func main() {
	socket := flag.String("listen", "", "path of the Unix socket that the kubelet's containerRuntimeEndpoint names")
	flag.Parse()
	if err := serve(*socket); err != nil {
		fmt.Fprintln(os.Stderr, "fakecri:", err)
		os.Exit(1)
	}
}

func serve(socket string) error {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	runtime := fake.NewFakeRemoteRuntime()
	runtime.RuntimeService.FakeStatus = &kubeapi.RuntimeStatus{Conditions: []*kubeapi.RuntimeCondition{
		{Type: kubeapi.RuntimeReady, Status: true},
		{Type: kubeapi.NetworkReady, Status: true},
	}}
	// The kubelet starts no container of an image without a size.
	runtime.ImageService.SetFakeImageSize(1)
	server := grpc.NewServer()
	kubeapi.RegisterRuntimeServiceServer(server, runtime)
	kubeapi.RegisterImageServiceServer(server, &pullingImages{RemoteRuntime: runtime, told: json.NewEncoder(os.Stdout)})
	return server.Serve(listener)
}

// pull is the line that is printed for one PullImage call. It has test credentials only.
type pull struct {
	Image    string `json:"image"`
	Username string `json:"username"`
	Password string `json:"password"`
	// Anonymous says that the kubelet sent no credential at all.
	Anonymous bool `json:"anonymous"`
	// Refused is why the registry did not give the image; empty when it did.
	Refused string `json:"refused"`
}
