package driver

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// configFile is one file of a case, in the case's own directory.
type configFile struct{ Name, Data, DataBase64 string }

// config writes the case's files, reads them the kubelet's way and validates the result. In texts, $DIR stands for
// the directory, which is another one each time.
func config(s *session, in struct {
	Files    []configFile
	Dir      bool
	SATokens *bool `json:"saTokens"`
}) (any, error) {
	dir, err := os.MkdirTemp("", "conformance-config-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for _, f := range in.Files {
		data, err := content(f.Data, f.DataBase64)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, err
		}
	}
	path := dir
	if !in.Dir && len(in.Files) > 0 {
		path = filepath.Join(dir, in.Files[0].Name)
	}
	out, err := withoutDirectory(s.kubelet.ReadConfig(path, in.SATokens == nil || *in.SATokens), dir)
	return out, err
}

// withoutDirectory replaces the directory's name by $DIR, everywhere in the output.
func withoutDirectory(out ConfigAnswer, dir string) (any, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return nil, err
	}
	plain := strings.ReplaceAll(buffer.String(), dir, "$DIR")
	decoded := map[string]any{}
	if err := json.Unmarshal([]byte(plain), &decoded); err != nil {
		return nil, err
	}
	// Absent is only right with a read error: a config that was read has a list, empty or not.
	if _, read := decoded["config"]; read && decoded["validationErrors"] == nil {
		decoded["validationErrors"] = []string{}
	}
	return decoded, nil
}
