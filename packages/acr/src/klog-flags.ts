import type { FlagSpec } from "@imagecred/protocol";

/**
 * The logging flags of k8s.io/klog/v2 (InitFlags) and k8s.io/component-base/logs (AddFlags), which the Go plugin takes and
 * configurations in the wild have. Known with their kind, so that `-v 4` does not leave a `4` behind.
 */
export const KLOG_FLAGS: Readonly<Record<string, FlagSpec>> = {
  v: { kind: "value" },
  ...flags("value", [
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
  ]),
  ...flags("switch", [
    "add-dir-header",
    "alsologtostderr",
    "logtostderr",
    "one-output",
    "skip-headers",
    "skip-log-headers",
  ]),
};

/** klog's own flags have underscores, component-base's dashes; both are in use for all. */
function flags(kind: FlagSpec["kind"], names: readonly string[]): Record<string, FlagSpec> {
  return Object.fromEntries(
    names.flatMap((name) => [name, name.replaceAll("-", "_")].map((each) => [each, { kind }])),
  );
}
