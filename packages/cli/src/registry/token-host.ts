/**
 * Which host may get a registry's credential in exchange for a token. A registry's challenge can name any host. A container
 * runtime sends the credential to that host; a diagnosis must not.
 */

/** Registries whose documented token service has another name than the registry. */
const DOCUMENTED: Readonly<Record<string, string>> = {
  "docker.io": "auth.docker.io",
  "registry-1.docker.io": "auth.docker.io",
  "registry.gitlab.com": "gitlab.com",
};

/**
 * @param registry `host[:port]` of the registry
 * @param realm the token service's URL, from the challenge
 * @param allowed hosts (`host[:port]`) that the operator named
 * @returns why the credential must not be sent there; undefined if it may
 */
export function tokenHostProblem(
  registry: string,
  realm: URL,
  allowed: readonly string[],
): string | undefined {
  if (realm.protocol !== "https:") return `${realm.origin} is not encrypted`;
  if (realm.host === withoutDefaultPort(registry)) return undefined;
  if (realm.host === DOCUMENTED[registry] || allowed.includes(realm.host)) return undefined;
  return `${realm.host} is not the registry's host`;
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:443$/, "");
}
