// Command workload is the only program in the cluster's images: the sandbox of a pod, and the application in it. It says
// on standard output that it runs, and runs until it is told to stop.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	fmt.Println("running", strings.Join(os.Args[1:], " "))
	<-signals
}
