import type { FlagSpec } from "./options/flags.ts";

const VALUES = [
  "vmodule",
  "log-backtrace-at",
  "log-dir",
  "log-file",
  "log-file-max-size",
  "log-flush-frequency",
  "log-json-info-buffer-size",
  "log-json-split-stream",
  "log-text-info-buffer-size",
  "log-text-split-stream",
  "logging-format",
  "stderrthreshold",
];

const SWITCHES = [
  "add-dir-header",
  "alsologtostderr",
  "logtostderr",
  "one-output",
  "skip-headers",
  "skip-log-headers",
];

/**
 * The logging flags of k8s.io/klog/v2 (InitFlags) and k8s.io/component-base/logs (AddFlags), which the Go plugins take and
 * configurations in the wild have. Known with their kind, so that `-v 4` does not leave a `4` behind. klog's own have
 * underscores, component-base's dashes; both are in use for all.
 */
export function klogFlags(): Readonly<Record<string, FlagSpec>> {
  const kinds = [
    ...VALUES.map((name) => [name, "value"] as const),
    ...SWITCHES.map((name) => [name, "switch"] as const),
  ];
  const specs: Record<string, FlagSpec> = { v: { kind: "value", short: "v" } };
  for (const [name, kind] of kinds) {
    specs[name] = { kind };
    specs[name.replaceAll("-", "_")] = { kind };
  }
  return specs;
}
