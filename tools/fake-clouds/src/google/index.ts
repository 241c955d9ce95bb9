import type { Core } from "../core/core.ts";

export type GoogleOptions = Record<string, never>;
export type GoogleIdentity = "none";

export interface Google {
  env(identity?: GoogleIdentity): Promise<Record<string, string>>;
}

export async function startGoogle(_core: Core, _options: GoogleOptions): Promise<Google> {
  return { env: async () => ({}) };
}
