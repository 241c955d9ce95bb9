package upstream

import (
	"bytes"
	"flag"
	"fmt"
	"strings"
	"sync"

	"k8s.io/klog/v2"
)

// logBuffer keeps log entries until they are taken.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// captureLog sends all that the kubelet says at -v=5 to a buffer, without time and place: the texts are compared.
func captureLog() *logBuffer {
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{
		"logtostderr": "false", "alsologtostderr": "false", "stderrthreshold": "FATAL",
		"skip_headers": "true", "one_output": "true", "v": "5",
	} {
		if err := flags.Set(name, value); err != nil {
			panic(err)
		}
	}
	// If the kubelet would exit with a fatal error, the output is a fault, and the next line of input is read.
	klog.OsExit = func(code int) { panic(fmt.Sprintf("the kubelet ends with exit code %d", code)) }
	log := &logBuffer{}
	klog.SetOutput(log)
	return log
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	entries := []string{}
	for _, line := range strings.Split(strings.TrimSuffix(l.b.String(), "\n"), "\n") {
		// A value with a line break in it is written as err=<, its lines behind tabs, and " >" with the values after it.
		if continued := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, " >"); continued && len(entries) > 0 {
			entries[len(entries)-1] += "\n" + line
		} else if line != "" {
			entries = append(entries, line)
		}
	}
	return entries
}
