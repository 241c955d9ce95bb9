import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { Bench } from "./run.ts";

/** Writes a plugin as a shell script, to test behavior that our plugins do not have. */
export function putPlugin(place: Bench, name: string, script: string, mode = 0o755): void {
  mkdirSync(place.path("opt/bin"), { recursive: true });
  writeFileSync(place.path("opt/bin", name), `#!/bin/sh\n${script}\n`);
  chmodSync(place.path("opt/bin", name), mode);
}

export function answer(
  auth: Readonly<Record<string, readonly [string, string]>>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const document = {
    kind: "CredentialProviderResponse",
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    cacheKeyType: "Registry",
    cacheDuration: "1h",
    auth: Object.fromEntries(
      Object.entries(auth).map(([key, [username, password]]) => [key, { username, password }]),
    ),
    ...more,
  };
  return `cat >/dev/null; echo '${JSON.stringify(document)}'`;
}

export interface ProviderSpec {
  readonly name: string;
  readonly match: readonly string[];
  /** More lines of YAML, without indentation. */
  readonly more?: readonly string[];
}

export function putConfig(place: Bench, ...providers: readonly ProviderSpec[]): void {
  const entries = providers.map(
    ({ name, match, more = [] }) => `  - name: ${name}
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ${JSON.stringify(match)}
${more.map((line) => `    ${line}\n`).join("")}`,
  );
  writeFileSync(
    place.path("config.yaml"),
    `apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n${entries.join("")}`,
  );
}

export const PLACES: readonly string[] = ["-c", "config.yaml", "-b", "opt/bin"];
