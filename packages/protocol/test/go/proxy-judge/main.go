// Prints the proxy that Go's clients, such as the kubelet, use for a URL: for each line of stdin, a JSON object with `env` and
// `url`, one with `proxy` (empty: none).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"
)

type question struct {
	Env map[string]string `json:"env"`
	URL string            `json:"url"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Clearenv()
		for name, value := range asked.Env {
			if err := os.Setenv(name, value); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		answer := map[string]string{"proxy": ""}
		if target, err := url.Parse(asked.URL); err != nil {
			answer["error"] = err.Error()
		} else if proxy, err := httpproxy.FromEnvironment().ProxyFunc()(target); err != nil {
			answer["error"] = err.Error()
		} else if proxy != nil {
			answer["proxy"] = proxy.String()
			answer["scheme"] = proxy.Scheme
			answer["host"] = proxy.Hostname()
			answer["port"] = proxy.Port()
			if proxy.User != nil {
				password, _ := proxy.User.Password()
				answer["user"], answer["password"] = proxy.User.Username(), password
			}
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}
