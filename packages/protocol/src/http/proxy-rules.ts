import type { Environment } from "../environment.ts";

/** Upper or lower case. */
const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY"];

/**
 * The proxies that an environment asks for. Their rules are loaded only where it names one.
 * @returns what gives the proxy for a URL, see `proxyFor`
 */
export async function proxyRules(env: Environment): Promise<(url: URL) => string | undefined> {
  if (VARIABLES.every((name) => !env[name] && !env[name.toLowerCase()])) return () => undefined;
  const { proxyFor } = await import("./proxy.ts");
  return (url) => proxyFor(url, env);
}
