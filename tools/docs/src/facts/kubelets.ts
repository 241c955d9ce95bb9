import { type KubeletRules, kubeletRules, LATEST_KUBERNETES, PLUGIN_TIMEOUT_MS } from "@imagecred/kubelet";
import { DEFAULT_ATTEMPTS, DEFAULT_TIMEOUT_MS, MAX_CACHE_SECONDS } from "@imagecred/protocol";
import { type Region, table } from "./table.ts";

/** The feature gate of `tokenAttributes`. */
export const GATE = "KubeletServiceAccountTokenForCredentialProviders";

/** Each rule's meaning for an operator. Rules that only change the kubelet's wording are left out. */
const MEANING: Readonly<Record<Exclude<keyof KubeletRules, "minor" | "shortTexts">, string>> = {
  stderrInError: "When a plugin fails, the kubelet's log contains the plugin's stderr.",
  lookPath:
    "At start-up the kubelet checks that each plugin is executable. Before, it checked only that the file exists.",
  strictDecoding: "Unknown fields and repeated keys are errors, in the configuration and in responses.",
  tokenAttributes: `\`tokenAttributes\` exists, without \`cacheType\`, and only with the feature gate \`${GATE}\`. Two providers of the same name are an error.`,
  tokenAttributesByDefault: "The feature gate of `tokenAttributes` is on by default.",
  cacheType:
    "`tokenAttributes` requires `cacheType`, which 1.33 does not support, so no `tokenAttributes` are valid for both.",
  configDirectory: "`--image-credential-provider-config` may name a directory.",
};

function oldestMinor(): number {
  const latest = kubeletRules(LATEST_KUBERNETES).minor;
  let minor = latest;
  while (known(minor - 1)) minor--;
  return minor;
}

function known(minor: number): boolean {
  try {
    kubeletRules(`1.${minor}`);
    return true;
  } catch {
    return false;
  }
}

export const OLDEST_KUBERNETES = `1.${oldestMinor()}`;

/** The first version in which a rule applies: `1.34`. */
export function since(rule: keyof typeof MEANING): string {
  for (let minor = oldestMinor(); known(minor); minor++)
    if (kubeletRules(`1.${minor}`)[rule]) return `1.${minor}`;
  throw new Error(`no version has ${rule}`);
}

function versions(): string {
  const rules = Object.keys(MEANING) as (keyof typeof MEANING)[];
  const changes = new Map<string, string[]>();
  for (const rule of rules) changes.set(since(rule), [...(changes.get(since(rule)) ?? []), MEANING[rule]]);
  const rows = [...changes]
    .toSorted(([a], [b]) => Number(a.slice(2)) - Number(b.slice(2)))
    .map(([version, meanings]) => [version, meanings.join(" ")]);
  return table(["from", "what changes"], rows);
}

const seconds = (milliseconds: number) => `${milliseconds / 1000} s`;

function limits(): string {
  return table(
    ["limit", "value"],
    [
      ["the kubelet stops a plugin after", seconds(PLUGIN_TIMEOUT_MS)],
      ["our plugins stop themselves after", `${seconds(DEFAULT_TIMEOUT_MS)}, set by \`IMAGECRED_TIMEOUT\``],
      ["attempts of an HTTP request that may succeed later", `${DEFAULT_ATTEMPTS}, within the time limit`],
      [
        "the kubelet caches our responses for",
        `half of the credential's remaining lifetime, minus a random part of up to a tenth of that half; at most ${MAX_CACHE_SECONDS / 3600} h`,
      ],
    ],
  );
}

export const KUBELETS: readonly Region[] = [
  { page: "cluster-operator.md", name: "kubelet versions", content: versions() },
  { page: "cluster-operator.md", name: "limits", content: limits() },
];
