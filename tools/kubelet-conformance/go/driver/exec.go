package driver

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// response has the kubelet run cat on a file: what that holds is what a plugin would have printed.
func response(s *session, in struct{ APIVersion, Stdout, StdoutBase64 string }) (any, error) {
	data, err := content(in.Stdout, in.StdoutBase64)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "conformance-response-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	stdout := filepath.Join(dir, "stdout")
	if err := os.WriteFile(stdout, data, 0o600); err != nil {
		return nil, err
	}
	if err := s.registerOne(dir, "/bin", "cat", in.APIVersion, stdout); err != nil {
		return nil, err
	}
	decoded, err := s.kubelet.Exec("cat", Request{Image: "r.io/image"})
	if err != nil {
		return map[string]any{"error": text(err)}, nil
	}
	return map[string]any{"error": nil, "response": decoded}, nil
}

// request has the kubelet run tee: its file then has the bytes that a plugin would read. The output of tee is not a
// plugin's response, so the kubelet's error about it is expected.
func request(s *session, in struct {
	APIVersion string
	Request
}) (any, error) {
	dir, err := os.MkdirTemp("", "conformance-request-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	stdin := filepath.Join(dir, "stdin")
	if err := s.registerOne(dir, "/usr/bin", "tee", in.APIVersion, stdin); err != nil {
		return nil, err
	}
	_, execErr := s.kubelet.Exec("tee", in.Request)
	data, err := os.ReadFile(stdin)
	if err != nil && execErr != nil {
		return nil, execErr
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": string(data)}, nil
}

// registerOne starts a kubelet whose only provider runs one of the system's programs.
func (s *session) registerOne(dir, binDir, name, apiVersion, arg string) error {
	config, err := json.Marshal(map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig",
		"providers": []any{map[string]any{
			"name": name, "matchImages": []string{"r.io"}, "defaultCacheDuration": "1m", "apiVersion": apiVersion, "args": []string{arg},
		}},
	})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "config.json")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		return err
	}
	s.cluster = NewCluster(nil)
	return s.kubelet.Register(path, binDir, s.cluster)
}
