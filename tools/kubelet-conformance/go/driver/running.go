package driver

import (
	"sync"
	"time"
)

// register starts a kubelet. Errors of reading, validation and registration are in the output's error, its log in log.
func register(s *session, in struct {
	Config          string
	BinDir          string
	ServiceAccounts []ServiceAccount
}) (any, error) {
	s.cluster = NewCluster(in.ServiceAccounts)
	s.clock = newClock()
	s.kubelet.SetClock(s.clock.now)
	err := s.kubelet.Register(in.Config, in.BinDir, s.cluster)
	return map[string]any{"error": text(err), "registered": s.kubelet.Registered(), "log": s.kubelet.Log()}, nil
}

// lookup finds the credentials that the kubelet would try for this pod's image, in its order.
func lookup(s *session, in struct {
	Image string
	Pod   Pod
}) (any, error) {
	before := len(s.cluster.Requests())
	creds, err := s.kubelet.Lookup(in.Image, in.Pod)
	if err != nil {
		return map[string]any{"error": text(err), "log": s.kubelet.Log()}, nil
	}
	return map[string]any{
		"error": nil, "creds": creds, "log": s.kubelet.Log(), "tokenRequests": s.cluster.Requests()[before:],
	}, nil
}

// lookups does the same for many images at once, as a kubelet does that starts many pods.
func lookups(s *session, in struct {
	Images []string
	Pod    Pod
}) (any, error) {
	found := make([]map[string]any, len(in.Images))
	var all sync.WaitGroup
	for i, image := range in.Images {
		all.Add(1)
		go func() {
			defer all.Done()
			creds, err := s.kubelet.Lookup(image, in.Pod)
			found[i] = map[string]any{"error": text(err), "creds": creds}
		}()
	}
	all.Wait()
	return map[string]any{"found": found, "log": s.kubelet.Log()}, nil
}

// serviceAccount adds or replaces one while the kubelet runs.
func serviceAccount(s *session, in struct{ ServiceAccount ServiceAccount }) (any, error) {
	s.cluster.Set(in.ServiceAccount)
	return map[string]any{}, nil
}

// advance moves the clock by which the kubelet's caches live; it does not move the plugins' own.
func advance(s *session, in struct{ Seconds float64 }) (any, error) {
	s.clock.advance(time.Duration(in.Seconds * float64(time.Second)))
	return map[string]any{"now": s.clock.now().Format(time.RFC3339Nano)}, nil
}

func metrics(s *session, _ struct{}) (any, error) {
	plugins, err := s.kubelet.Metrics()
	return map[string]any{"plugins": plugins}, err
}
