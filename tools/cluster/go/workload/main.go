// Command workload is the only program in the cluster's images: the sandbox of a pod, and the application in it. It says
// on standard output that it runs, and runs until it is told to stop. "workload chroot DIRECTORY PROGRAM ARGUMENT..." runs
// a program of another root instead, as chroot(1) does.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) > 3 && os.Args[1] == "chroot" {
		fmt.Fprintln(os.Stderr, "workload:", runIn(os.Args[2], os.Args[3:]))
		os.Exit(125)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	fmt.Println("running", strings.Join(os.Args[1:], " "))
	<-signals
}

// runIn becomes the program, and returns only when it cannot.
func runIn(root string, command []string) error {
	if err := syscall.Chroot(root); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return syscall.Exec(command[0], command, os.Environ())
}
