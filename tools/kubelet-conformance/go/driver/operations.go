package driver

import (
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"strconv"
	"time"
)

// operations are all that a question may ask. README.md has their fields and answers.
var operations = map[string]operation{
	// Pure functions, compared with packages/kubelet by the differential test.
	"match":         op(match),
	"parse":         op(parse),
	"image":         op(image),
	"glob":          op(glob),
	"quote":         op(quote),
	"duration":      op(duration),
	"qualifiedName": op(qualifiedName),
	"config":        op(config),
	"response":      op(response),
	"request":       op(request),
	"keyring":       op(keyring),
	"provide":       op(provide),
	"cacheKey":      op(cacheKey),
	// A kubelet that lives from question to question.
	"release":        op(release),
	"register":       op(register),
	"lookup":         op(lookup),
	"lookups":        op(lookups),
	"serviceAccount": op(serviceAccount),
	"advance":        op(advance),
	"metrics":        op(metrics),
}

func release(s *session, _ struct{}) (any, error) {
	return map[string]string{"release": s.kubelet.Release()}, nil
}

func match(s *session, in struct{ Glob, Image string }) (any, error) {
	matched, err := s.kubelet.Match(in.Glob, in.Image)
	return map[string]any{"matched": matched, "error": text(err)}, nil
}

func parse(s *session, in struct{ URL string }) (any, error) {
	parsed, parts, port, err := s.kubelet.ParseURL(in.URL)
	if err != nil {
		return map[string]any{"error": text(err)}, nil
	}
	out := map[string]any{
		"error": nil, "host": parsed.Host, "path": parsed.Path, "rawQuery": parsed.RawQuery, "fragment": parsed.Fragment,
		"parts": parts, "port": port,
	}
	if parsed.User != nil {
		out["user"] = parsed.User.String()
	}
	return out, nil
}

func image(s *session, in struct{ Image string }) (any, error) {
	repo, tag, digest, err := s.kubelet.ParseImage(in.Image)
	return map[string]any{"repo": repo, "tag": tag, "digest": digest, "error": text(err)}, nil
}

func glob(_ *session, in struct{ Pattern, Name string }) (any, error) {
	matched, err := filepath.Match(in.Pattern, in.Name)
	return map[string]any{"matched": matched, "error": text(err)}, nil
}

func quote(_ *session, in struct{ Text string }) (any, error) {
	return map[string]any{"quoted": strconv.Quote(in.Text)}, nil
}

func duration(_ *session, in struct{ Text string }) (any, error) {
	d, err := time.ParseDuration(in.Text)
	if err != nil {
		return map[string]any{"error": text(err), "nanoseconds": nil, "printed": nil}, nil
	}
	return map[string]any{"error": nil, "nanoseconds": strconv.FormatInt(int64(d), 10), "printed": d.String()}, nil
}

func qualifiedName(s *session, in struct{ Name string }) (any, error) {
	errs := s.kubelet.QualifiedName(in.Name)
	if errs == nil {
		errs = []string{}
	}
	return map[string]any{"errors": errs}, nil
}

func keyring(s *session, in struct {
	Image     string
	Providers []map[string]Login
}) (any, error) {
	creds, found := s.kubelet.Keyring(in.Image, in.Providers)
	return map[string]any{"creds": creds, "found": found}, nil
}

func cacheKey(s *session, in struct{ Base, ServiceAccountKeyHex string }) (any, error) {
	serviceAccountKey, err := hex.DecodeString(in.ServiceAccountKeyHex)
	if err != nil {
		return nil, err
	}
	key, err := s.kubelet.CacheKey(in.Base, string(serviceAccountKey))
	if err != nil {
		return nil, err
	}
	return map[string]any{"hex": hex.EncodeToString([]byte(key))}, nil
}

func provide(s *session, in ProvideCase) (any, error) {
	return s.kubelet.Provide(in)
}

// content is data given as text, or as base64 where it is not UTF-8.
func content(data, dataBase64 string) ([]byte, error) {
	if dataBase64 != "" {
		return base64.StdEncoding.DecodeString(dataBase64)
	}
	return []byte(data), nil
}
