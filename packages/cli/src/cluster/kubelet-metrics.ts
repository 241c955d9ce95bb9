/** A kubelet's metrics of its credential provider plugins. */
export interface KubeletMetrics {
  /** Hash of the configuration that it has read (1.34 and newer); undefined if it shows none. */
  readonly hash: string | undefined;
  /** When it started, in milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  /** Sorted by name. */
  readonly plugins: readonly PluginMetrics[];
}

/** Counters since the kubelet started. Plugins that have not run yet have none. */
export interface PluginMetrics {
  readonly name: string;
  /** Number of runs. */
  readonly runs: number;
  readonly errors: number;
  /** Total duration of all runs. */
  readonly seconds: number;
}

const NAMES = {
  hash: "kubelet_credential_provider_config_info",
  // ..._total since 1.34 (Kubernetes, pkg/credentialprovider/plugin/metrics.go).
  errors: ["kubelet_credential_provider_plugin_errors_total", "kubelet_credential_provider_plugin_errors"],
  runs: [
    "kubelet_credential_provider_plugin_duration_count",
    "kubelet_credential_provider_plugin_duration_seconds_count",
  ],
  seconds: [
    "kubelet_credential_provider_plugin_duration_sum",
    "kubelet_credential_provider_plugin_duration_seconds_sum",
  ],
} as const;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses these metrics from Prometheus' text format (exposition format 0.0.4). */
export function parseKubeletMetrics(text: string): KubeletMetrics {
  const samples = text.split("\n").flatMap((line) => sample(line) ?? []);
  const started = samples.find(({ name }) => name === "process_start_time_seconds")?.value;
  const plugins = new Map<string, { runs: number; errors: number; seconds: number }>();
  for (const { name, labels, value } of samples) {
    const plugin = labels["plugin_name"];
    const key = (["runs", "errors", "seconds"] as const).find((one) =>
      NAMES[one].some((each) => each === name),
    );
    if (plugin === undefined || key === undefined) continue;
    const entry = plugins.get(plugin) ?? { runs: 0, errors: 0, seconds: 0 };
    entry[key] = value;
    plugins.set(plugin, entry);
  }
  return {
    hash: samples.find(({ name }) => name === NAMES.hash)?.labels["hash"],
    startedAt: started === undefined ? undefined : Math.round(started * 1000),
    plugins: [...plugins]
      .map(([name, numbers]) => ({ name, ...numbers }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Matches lines of these metrics; most lines are of others. */
const OURS = /^(?:kubelet_credential_provider_|process_start_time_seconds[ {])/;

function sample(line: string): Sample | undefined {
  if (!OURS.test(line)) return undefined;
  const [, name, written = "", number] = /^([\w:]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
  const value = Number(number);
  if (name === undefined || Number.isNaN(value)) return undefined;
  const labels = [...written.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, label = "", content = ""]) =>
      [label, content.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char))] as const,
  );
  return { name, labels: Object.fromEntries(labels), value };
}
