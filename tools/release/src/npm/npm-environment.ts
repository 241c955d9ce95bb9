import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOnPath, run } from "@imagecred/workspace";
import type { LocalRegistry } from "./local-registry.ts";

/** Seconds after which npm is ended: a registry that does not respond ends a test and does not hang it. */
const NPM_SECONDS = 240;

/**
 * The whole environment of a person who has Node.js and npm, and nothing of this checkout: an empty home, an npm that asks
 * `registry`. Its files are below `directory`, which is the test's own.
 * @param others whether packages of others are installed, too: by the machine's settings for its own registry, and from its cache
 */
export function npmEnvironment(
  directory: string,
  registry: LocalRegistry,
  { others = false }: { readonly others?: boolean } = {},
): Readonly<Record<string, string>> {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "node"));
  for (const name of ["npm", "npx"])
    writeFileSync(join(bin, name), `#!/bin/sh\nexec timeout ${NPM_SECONDS} ${findOnPath(name)} "$@"\n`, {
      mode: 0o755,
    });
  return {
    ...(others ? ownNetwork() : { npm_config_cache: join(directory, "cache") }),
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: join(directory, "home"),
    LANG: "C.UTF-8",
    npm_config_registry: registry.url,
    npm_config_fetch_retries: "1",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_yes: "true",
    npm_config_loglevel: "error",
  };
}

/** The settings with which this machine's npm reaches its registry: proxies, authorities, settings; and its cache. */
function ownNetwork(): Readonly<Record<string, string>> {
  const names = /^(https?_proxy|no_proxy|node_extra_ca_certs)$/i;
  const variables = Object.entries(process.env).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as const] : [],
  );
  const setting = (name: string) =>
    run("npm", ["config", "get", name], { env: { NODE_OPTIONS: undefined } }).trim();
  return {
    ...Object.fromEntries(variables),
    npm_config_userconfig: setting("userconfig"),
    npm_config_cache: setting("cache"),
    npm_config_prefer_offline: "true",
  };
}
