// Command `kubernetes` is one Kubernetes release in one file: it runs as the component that it is called as (kube-apiserver,
// kube-controller-manager, kube-scheduler, kubelet, kubectl, etcd). Separate programs would link the same packages six
// times: 500 MB and three more minutes on two cores. Called k3s, it has the kubelet in its own process, as k3s has.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// components makes the command of each component. Making one sets up signal handlers and feature gates for the whole
// process, so only the one that runs is made.
var components = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllermanager.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	// The kubelet sets up the signal handling itself, once, when its command runs.
	"kubelet": func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"k3s":     newK3sAgent,
}

// newK3sAgent makes the part of "k3s agent" that concerns the kubelet: it is a part of the process, gets the values of
// --kubelet-arg as flags, and the credential providers' only when both of them are there (k3s, pkg/daemons/agent/agent.go,
// ImageCredProvAvailable).
func newK3sAgent() *cobra.Command {
	const directory = "/var/lib/rancher/credentialprovider"
	isDirectory := func(path string) (is bool, exists bool) {
		info, err := os.Stat(path)
		return err == nil && info.IsDir(), err == nil
	}
	var flags []string
	bin, _ := isDirectory(directory + "/bin")
	config, there := isDirectory(directory + "/config.yaml")
	if bin && there && !config {
		flags = append(flags, "--image-credential-provider-bin-dir="+directory+"/bin",
			"--image-credential-provider-config="+directory+"/config.yaml")
	}
	for _, word := range os.Args[1:] {
		if value, found := strings.CutPrefix(word, "--kubelet-arg="); found {
			flags = append(flags, "--"+value)
		}
	}
	command := kubelet.NewKubeletCommand(context.Background())
	command.SetArgs(flags)
	return command
}

func known(name string) bool {
	return name == "etcd" || name == "kubectl" || components[name] != nil
}

func main() {
	name := filepath.Base(os.Args[0])
	if executable, err := os.Executable(); err == nil && !known(name) {
		// Run through /proc/PID/exe, as tools do that ask a running kubelet for its version.
		name = filepath.Base(executable)
	}
	switch {
	case name == "etcd":
		etcdmain.Main(os.Args)
	case name == "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			util.CheckErr(err)
		}
	case components[name] != nil:
		os.Exit(cli.Run(components[name]()))
	default:
		names := []string{"etcd", "kubectl"}
		for component := range components {
			names = append(names, component)
		}
		fmt.Fprintf(os.Stderr, "call this file by the name of a component (a link will do): %s\n", strings.Join(names, ", "))
		os.Exit(2)
	}
}
