package upstream

import (
	"k8s.io/component-base/metrics/legacyregistry"

	"imagecred.dev/kubelet-conformance/driver"
)

// Metrics reads what the kubelet would serve at /metrics. The error counter got its _total in 1.34.
func (Common) Metrics() (map[string]driver.PluginMetrics, error) {
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		return nil, err
	}
	out := map[string]driver.PluginMetrics{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			plugin := ""
			for _, label := range metric.GetLabel() {
				if label.GetName() == "plugin_name" {
					plugin = label.GetValue()
				}
			}
			if plugin == "" {
				continue
			}
			m := out[plugin]
			switch family.GetName() {
			case "kubelet_credential_provider_plugin_duration":
				m.Runs = metric.GetHistogram().GetSampleCount()
			case "kubelet_credential_provider_plugin_errors", "kubelet_credential_provider_plugin_errors_total":
				m.Errors = uint64(metric.GetCounter().GetValue())
			}
			out[plugin] = m
		}
	}
	return out, nil
}
