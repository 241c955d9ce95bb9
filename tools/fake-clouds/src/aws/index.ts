import type { Core } from "../core/core.ts";

export type AwsOptions = Record<string, never>;
export type AwsIdentity = "none";

export interface Aws {
  env(identity?: AwsIdentity): Promise<Record<string, string>>;
}

export async function startAws(_core: Core, _options: AwsOptions): Promise<Aws> {
  return { env: async () => ({}) };
}
