// Command oldest answers the driver's questions with the kubelet's code of the oldest release that can be built here.
package main

import (
	"fmt"
	"os"

	"imagecred.dev/kubelet-conformance/driver"
)

func main() {
	if err := driver.Serve(os.Stdin, os.Stdout, newKubelet()); err != nil {
		fmt.Fprintln(os.Stderr, "conformance driver:", err)
		os.Exit(1)
	}
}
