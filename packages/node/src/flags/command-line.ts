import type { Flag, Source } from "./flag.ts";

/**
 * Parses the flags in a kubelet's arguments as pflag does: `--flag=value`, `--flag value`, and none after `--`. The kubelet
 * reads `_` in names as `-`. One dash introduces single letters, so `-image-credential-provider-config` is not one of these
 * flags (the kubelet rejects it). `--flag` before another flag is a switch: `true`.
 * @param words without the program's name
 */
export function parseFlags(words: readonly string[], source: Source): readonly Flag[] {
  const flags: Flag[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") break;
    if (!word.startsWith("--")) continue;
    const equals = word.indexOf("=");
    const name = (equals < 0 ? word.slice(2) : word.slice(2, equals)).replaceAll("_", "-");
    const next = words[index + 1];
    if (equals >= 0) flags.push({ name, value: word.slice(equals + 1), source });
    else if (next !== undefined && (takesValue(name) || !next.startsWith("-"))) {
      flags.push({ name, value: next, source });
      index += 1;
    } else flags.push({ name, value: "true", source });
  }
  return flags;
}

/** Whether a flag uses the next word as its value even if that looks like a flag, as in pflag. */
function takesValue(name: string): boolean {
  return OURS.has(name);
}

const OURS = new Set([
  "image-credential-provider-config",
  "image-credential-provider-bin-dir",
  "config",
  "config-dir",
  "feature-gates",
  "kubelet-args-file",
  "kubeconfig",
  "container-runtime-endpoint",
  "image-service-endpoint",
]);
