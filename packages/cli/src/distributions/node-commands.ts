import type { Plan } from "./types.ts";

/** The first of the two commands on distributions that use `imagecred install`. */
export function installCommand(plan: Plan, distribution: string): string {
  return `sudo imagecred install --distribution ${distribution} ${shellWord(plan.directory)}`;
}

/** A path as one word of a shell command. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The two flags that a kubelet needs; KubeletConfiguration has no fields for them. */
export function kubeletFlags(configPath: string, binDir: string): readonly [string, string] {
  return [
    `--image-credential-provider-config=${configPath}`,
    `--image-credential-provider-bin-dir=${binDir}`,
  ];
}

export function executableNames(plan: Plan): readonly string[] {
  return plan.providers.map((provider) => provider.name);
}
