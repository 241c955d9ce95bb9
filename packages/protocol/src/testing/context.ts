import { crypto, runShell, transport } from "#runtime";
import { systemClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { systemFiles } from "../files.ts";
import { createHttpClient } from "../http/client.ts";
import { Deadline } from "../http/deadline.ts";
import { proxyFor } from "../http/proxy.ts";
import type { Context } from "../provider.ts";
import { captureLogger } from "./capture-logger.ts";

/**
 * A context with the real transport, files and clock, for tests against servers on loopback. `overrides` replaces parts of
 * it; the HTTP client uses the result.
 */
export function testContext(
  env: Environment = {},
  overrides: Partial<Omit<Context, "env">> = {},
): Context & { readonly lines: readonly string[] } {
  const { log, lines } = captureLogger();
  const clock = overrides.clock ?? systemClock;
  const parts = {
    env,
    files: systemFiles,
    clock,
    deadline: new Deadline(10_000, clock),
    log,
    crypto,
    runShell,
    random: () => 0.5,
    ...overrides,
  };
  const http =
    overrides.http ??
    createHttpClient({
      ...parts,
      proxyFor: (url) => proxyFor(url, env),
      transport,
      userAgent: "imagecred-test",
    });
  return { ...parts, http, lines };
}
