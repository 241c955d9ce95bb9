import type { Environment } from "../environment.ts";

const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY"];

/**
 * The proxy rules of an environment. Their code is loaded only if the environment sets a proxy.
 * @returns a function that gives the proxy for a URL, see `proxyFor`
 */
export async function proxyRules(env: Environment): Promise<(url: URL) => string | undefined> {
  if (VARIABLES.every((name) => !env[name] && !env[name.toLowerCase()])) return () => undefined;
  const { proxyFor } = await import("./proxy.ts");
  return (url) => proxyFor(url, env);
}
