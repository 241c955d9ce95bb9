import type { CredentialProviderConfig } from "@imagecred/kubelet";

/** The parts of a configuration that its replacement lacks: providers, patterns, arguments, variables. Each in words. */
export function lossesOf(old: CredentialProviderConfig, fresh: CredentialProviderConfig): readonly string[] {
  return old.providers.flatMap((before) => {
    const after = fresh.providers.find(({ name }) => name === before.name);
    if (after === undefined) return [`the provider ${before.name}`];
    const lost = (what: string, had: readonly string[], has: readonly string[]) =>
      had.filter((one) => !has.includes(one)).map((one) => `${what} ${one} of ${before.name}`);
    const names = (env: typeof before.env) => (env ?? []).map(({ name }) => name);
    return [
      ...lost("the pattern", before.matchImages ?? [], after.matchImages ?? []),
      ...lost("the argument", before.args ?? [], after.args ?? []),
      ...lost("the variable", names(before.env), names(after.env)),
      ...(before.tokenAttributes !== null && after.tokenAttributes === null
        ? [`the tokenAttributes of ${before.name}`]
        : []),
    ];
  });
}
