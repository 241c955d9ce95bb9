import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";
import { readYaml, type YamlValue } from "../files/yaml.ts";
import type { Source } from "./flag.ts";

/** One argument of `k3s server` or `rke2 agent`, from a file or the command line. */
export interface RancherArgument {
  /** Without dashes: `kubelet-arg`. */
  readonly name: string;
  readonly value: string;
  readonly source: Source;
}

export interface RancherArguments {
  /** In the order in which k3s reads them; the last one of a name takes effect, lists are appended. */
  readonly all: readonly RancherArgument[];
  /** Files that could not be read, each a sentence. */
  readonly unseen: readonly string[];
}

export interface RancherStart {
  readonly program: "k3s" | "rke2";
  /** Words after `server` or `agent`. */
  readonly words: readonly string[];
  readonly wordsSource: Source;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The arguments that k3s and RKE2 read when they start: from the file of K3S_CONFIG_FILE, of --config, or
 * /etc/rancher/k3s/config.yaml, then from the `.yaml` and `.yml` files in the directory of that name with `.d`, in order of
 * their names. A key of a later file replaces the value of an earlier one, unless it ends in `+`, which adds to it. The
 * command line comes last: its values take effect, and its lists are appended. (k3s, pkg/configfilearg/parser.go)
 */
export function rancherArguments(files: Files, start: RancherStart): RancherArguments {
  const { program, words, wordsSource, environment } = start;
  const file = configurationFile(start, environment);
  const unseen: string[] = [];
  const values = new Map<string, { readonly value: YamlValue; readonly path: string }[]>();
  for (const path of [file, ...dropIns(files, file, unseen)]) {
    const text = readText(files, path);
    if (text.state === "absent") continue;
    const yaml = text.state === "read" ? readYaml(text.text) : text;
    if (yaml.state === "unreadable") {
      unseen.push(`${path}, which ${program} reads, cannot be read: ${yaml.reason}`);
      continue;
    }
    if (yaml.value?.kind !== "map") continue;
    for (const { key, value } of yaml.value.entries) {
      const name = key.replace(/\+$/, "");
      const before = values.get(name);
      values.set(
        name,
        before !== undefined && key.endsWith("+") ? [...before, { value, path }] : [{ value, path }],
      );
    }
  }
  const fromFiles = [...values].flatMap(([name, parts]) =>
    parts.flatMap(({ value, path }) => {
      const items = value.kind === "list" ? value.items : [value];
      return items.map((item): RancherArgument => {
        const source: Source = {
          kind: "configuration",
          label: `${path}:${item.line}`,
          path,
          line: item.line,
        };
        return { name, value: item.kind === "scalar" ? item.text : "", source };
      });
    }),
  );
  return { all: [...fromFiles, ...fromWords(words, wordsSource)], unseen };
}

function configurationFile(
  { program, words }: RancherStart,
  environment: Readonly<Record<string, string>>,
): string {
  const named = environment[`${program.toUpperCase()}_CONFIG_FILE`];
  if (named !== undefined && named !== "") return named;
  // k3s itself looks for this flag, only in these spellings; the first one takes effect.
  for (const [index, word] of words.entries()) {
    const match = /^(?:--config|-c)(?:=(.*))?$/s.exec(word);
    if (match !== null) return match[1] ?? words[index + 1] ?? "";
  }
  return `/etc/rancher/${program}/config.yaml`;
}

function dropIns(files: Files, file: string, unseen: string[]): readonly string[] {
  const directory = `${file}.d`;
  const listing = listDirectory(files, directory);
  if (listing.state === "unreadable") unseen.push(`${directory} cannot be read: ${listing.reason}`);
  if (listing.state !== "read") return [];
  return listing.names.filter((name) => /\.ya?ml$/i.test(name)).map((name) => joinPath(directory, name));
}

/** As in Go's flag package, one dash is the same as two, and switches have no separate value. */
function fromWords(words: readonly string[], source: Source): readonly RancherArgument[] {
  const found: RancherArgument[] = [];
  for (let index = 0; index < words.length; index++) {
    const match = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(words[index] ?? "");
    if (match === null) continue;
    const [, name = "", value] = match;
    const next = words[index + 1];
    if (value !== undefined) found.push({ name, value, source });
    else if (next !== undefined && (VALUED.has(name) || !next.startsWith("-"))) {
      found.push({ name, value: next, source });
      index += 1;
    } else found.push({ name, value: "true", source });
  }
  return found;
}

/** Arguments that use the next word as their value even if it looks like a flag. */
const VALUED = new Set([
  "kubelet-arg",
  "image-credential-provider-config",
  "image-credential-provider-bin-dir",
  "data-dir",
  "d",
  "private-registry",
  "container-runtime-endpoint",
  "config",
  "c",
]);
