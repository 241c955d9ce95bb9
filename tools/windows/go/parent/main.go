// Command parent starts Windows programs as a Windows service does: with os/exec, and pipes for stdin, stdout and stderr.
//
// Each line of its standard input is a question in JSON, and gets a line of its standard output: {"out": ...}, or
// {"fault": ...} when the question itself is wrong.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// question has op "run" (file, args, env, dir, stdin) or "dial" (address).
type question struct {
	Op    string
	File  string
	Args  []string
	Env   map[string]string
	Dir   string
	Stdin string
	// Address is host:port.
	Address string
}

// result is what a program did.
type result struct {
	ExitCode int    `json:"exitCode"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			_ = out.Encode(respond(line))
		}
		if err != nil {
			return
		}
	}
}

func respond(line []byte) map[string]any {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return map[string]any{"fault": err.Error()}
	}
	switch q.Op {
	case "run":
		r, err := run(q)
		if err != nil {
			return map[string]any{"fault": err.Error()}
		}
		return map[string]any{"out": r}
	case "dial":
		return map[string]any{"out": dial(q.Address)}
	}
	return map[string]any{"fault": fmt.Sprintf("no operation %q", q.Op)}
}

func run(q question) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, q.File, q.Args...)
	cmd.Dir = q.Dir
	// The variables that Windows itself needs (SystemRoot, ComSpec, ...) come from this process.
	cmd.Env = os.Environ()
	for name, value := range q.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(q.Stdin), &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return result{}, err
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}, nil
}

// dial returns an empty string when the connection opens, else the error.
func dial(address string) string {
	connection, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err.Error()
	}
	_ = connection.Close()
	return ""
}
