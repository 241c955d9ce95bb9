// Command newest answers the driver's questions with the kubelet's code of the newest release that go.mod names.
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
