import { parseFlags } from "./command-line.ts";
import type { Flag, Source } from "./flag.ts";

/**
 * Parses the file of MicroK8s' `--kubelet-args-file` as kubelite does: blank lines and lines that begin with `#` are skipped,
 * quotes of both kinds are removed everywhere, single spaces separate arguments, and `$NAME` and `${NAME}` are replaced as by
 * Go's os.ExpandEnv.
 * (canonical/microk8s, patches/v1.37.0/0000-Kubelite-integration.patch, ReadArgsFromFile)
 */
export function parseArgumentFile(
  text: string,
  path: string,
  environment: Readonly<Record<string, string>>,
): readonly Flag[] {
  const words: { readonly word: string; readonly line: number }[] = [];
  text.split("\n").forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    for (const part of trimmed.replaceAll(/["']/g, "").split(" ")) {
      words.push({ word: expandVariables(part, environment), line: index + 1 });
    }
  });
  const source: Source = { kind: "argument-file", label: path, path };
  const flags = parseFlags(
    words.map(({ word }) => word),
    source,
  );
  // Every flag begins with a word with its name; the n-th flag of a name is the n-th such word.
  const seen = new Map<string, number>();
  return flags.map((flag): Flag => {
    const from = seen.get(flag.name) ?? 0;
    const at = words.findIndex(({ word }, index) => index >= from && nameOf(word) === flag.name);
    seen.set(flag.name, at + 1);
    const line = words[at]?.line;
    return line === undefined ? flag : { ...flag, source: { ...source, label: `${path}:${line}`, line } };
  });
}

function nameOf(word: string): string {
  return word.replace(/^--/, "").replace(/=.*$/s, "").replaceAll("_", "-");
}

/** Go's os.Expand with the environment: an unknown name is empty; `$` before another character is removed with it. */
export function expandVariables(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*|[*#$@!?\-0-9]))/g, (_, braced, bare) => {
    const name: string = braced ?? bare ?? "";
    return Object.hasOwn(environment, name) ? (environment[name] ?? "") : "";
  });
}
