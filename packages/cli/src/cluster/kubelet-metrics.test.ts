import assert from "node:assert/strict";
import { test } from "node:test";
import { parseKubeletMetrics } from "./kubelet-metrics.ts";

test("metrics of a current kubelet, of an old one, and a page that is not metrics", () => {
  const now = `# HELP kubelet_credential_provider_config_info [ALPHA] Information
# TYPE kubelet_credential_provider_config_info gauge
kubelet_credential_provider_config_info{hash="sha256:abcd"} 1
kubelet_credential_provider_plugin_duration_bucket{plugin_name="ecr",le="0.005"} 0
kubelet_credential_provider_plugin_duration_sum{plugin_name="ecr"} 1.25
kubelet_credential_provider_plugin_duration_count{plugin_name="ecr"} 5
kubelet_credential_provider_plugin_errors_total{plugin_name="ecr"} 2
kubelet_credential_provider_plugin_errors_total{plugin_name="a \\"b\\" \\\\ c"} 1
kubelet_runtime_operations_total{operation_type="version"} 9
process_start_time_seconds 1.79550720012e+09
`;
  assert.deepEqual(parseKubeletMetrics(now), {
    hash: "sha256:abcd",
    startedAt: 1_795_507_200_120,
    plugins: [
      { name: 'a "b" \\ c', runs: 0, errors: 1, seconds: 0 },
      { name: "ecr", runs: 5, errors: 2, seconds: 1.25 },
    ],
  });
  const old = 'kubelet_credential_provider_plugin_errors{plugin_name="ecr"} 4\n';
  assert.deepEqual(parseKubeletMetrics(old), {
    hash: undefined,
    startedAt: undefined,
    plugins: [{ name: "ecr", runs: 0, errors: 4, seconds: 0 }],
  });
  assert.deepEqual(parseKubeletMetrics("<html>"), { hash: undefined, startedAt: undefined, plugins: [] });
});
