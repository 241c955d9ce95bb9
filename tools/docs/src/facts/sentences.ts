import { LATEST_KUBERNETES, PLUGIN_TIMEOUT_MS } from "@imagecred/kubelet";
import { DEFAULT_ATTEMPTS, DEFAULT_TIMEOUT_MS } from "@imagecred/protocol";
import { GATE, OLDEST_KUBERNETES, since } from "./kubelets.ts";
import { SIZES } from "./measured.ts";

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six"];

/** A sentence with a fact that several pages may repeat, and the required text of the pattern's groups. */
export interface Sentence {
  readonly about: string;
  readonly pattern: RegExp;
  readonly values: readonly string[];
}

const ourSeconds = `${DEFAULT_TIMEOUT_MS / 1000}`;

/** Facts in the middle of sentences, which no script can generate. */
export const SENTENCES: readonly Sentence[] = [
  {
    about: "our time limit",
    pattern: /(?:after|within|Default) `?(\d+) ?s(?:econds)?`?(?: together)? \(`IMAGECRED_TIMEOUT`\)/g,
    values: [ourSeconds],
  },
  {
    about: "our time limit, the other way round",
    pattern: /`IMAGECRED_TIMEOUT` ?(?:,|\||\() ?(?:Time limit of the whole run\. Default )?`?(\d+) ?s\b/g,
    values: [ourSeconds],
  },
  {
    about: "the kubelet's time limit",
    pattern: /[Tt]he kubelet (?:stops|ends) (?:a plugin|plugins) after (one|a) minute/g,
    values: [PLUGIN_TIMEOUT_MS === 60_000 ? "(?:one|a)" : "no minute"],
  },
  {
    about: "attempts",
    pattern: /[Uu]p to (\w+) (?:times|attempts)\b/g,
    values: [NUMBERS[DEFAULT_ATTEMPTS] ?? ""],
  },
  {
    about: "service account tokens",
    pattern: /Kubernetes (1\.\d+) or newer(?=[^.]*(?:pod's|token))/g,
    values: [since("tokenAttributesByDefault")],
  },
  {
    about: "service account tokens behind the gate",
    pattern: /\((1\.\d+) with the feature gate (\w+)/g,
    values: [since("tokenAttributes"), GATE],
  },
  {
    about: "a directory as configuration",
    pattern: /(?:directory|directory of configurations) \(Kubernetes (1\.\d+) and newer\)/g,
    values: [since("configDirectory")],
  },
  {
    about: "a directory as configuration, at the beginning",
    pattern: /From Kubernetes (1\.\d+) on, the first flag may name a directory/g,
    values: [since("configDirectory")],
  },
  {
    about: "strict decoding",
    pattern: /The kubelet is strict about this from (1\.\d+) on/g,
    values: [since("strictDecoding")],
  },
  {
    about: "all versions",
    pattern: /\b(1\.2\d) to (1\.[34]\d)\b/g,
    values: [OLDEST_KUBERNETES, LATEST_KUBERNETES],
  },
  {
    about: "the newest version",
    pattern: /(?:These pages describe Kubernetes|alpha in|are from kubelet) (1\.\d+)/g,
    values: [LATEST_KUBERNETES],
  },
  {
    about: "size of the static executables",
    pattern: /smaller than (\d+) MB/g,
    values: [`${SIZES.ours}`],
  },
  {
    about: "size of the Node.js executables",
    pattern: /on Node\.js: about (\d+) MB/g,
    values: [`${SIZES.nodejs}`],
  },
];
