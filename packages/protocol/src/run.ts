import type { Clock } from "./clock.ts";
import { CredentialError } from "./errors.ts";
import { type Files, filesWithin } from "./files.ts";
import { createHttpClient } from "./http/client.ts";
import { DEFAULT_TIMEOUT_MS, Deadline } from "./http/deadline.ts";
import { proxyRules } from "./http/proxy-rules.ts";
import type { Transport } from "./http/transport.ts";
import { createLogger, type Logger, parseLogSettings } from "./log.ts";
import type { Context, CredentialProvider, ProviderResponse } from "./provider.ts";
import type { Crypto } from "./runtime/crypto.ts";
import type { RunShell } from "./runtime/programs.ts";
import type { Stdio } from "./runtime/stdio.ts";
import { cacheSecondsUntil } from "./wire/cache-duration.ts";
import { decodeRequest, MAX_REQUEST_BYTES } from "./wire/request.ts";
import { encodeResponse } from "./wire/response.ts";
import { within } from "./within.ts";

/** Dependencies of a run; `serve` passes the real implementations. */
export interface Platform {
  readonly stdio: Stdio;
  readonly transport: Transport;
  readonly files: Files;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly runShell: RunShell;
  readonly random: () => number;
}

/**
 * One run of a plugin, from stdin to the exit code: 0 with a credential on stdout, or 1 with one line on stderr and
 * nothing on stdout. Never throws.
 */
export async function run<Options>(
  provider: CredentialProvider<Options>,
  platform: Platform,
): Promise<0 | 1> {
  const { stdio, clock } = platform;
  const settings = parseLogSettings(stdio.env["IMAGECRED_LOG"]);
  const log = createLogger({
    plugin: provider.name,
    settings,
    write: (line) => stdio.writeStderr(line),
    now: clock.now,
  });
  try {
    const information = await helpOrVersion(provider, stdio.args);
    await write(stdio, information ?? (await respond(provider, platform, log)));
    return 0;
  } catch (error) {
    const { explain, partsOf } = await import("./failure.ts");
    log.error(explain(error), settings.format === "json" ? partsOf(error) : undefined);
    return 1;
  }
}

/** The output of `--help` or `--version`, which override everything else; undefined without them. */
async function helpOrVersion(
  provider: CredentialProvider<unknown>,
  args: readonly string[],
): Promise<string | undefined> {
  const flags = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (flags.includes("--help") || flags.includes("-h")) {
    // Loaded on demand: a run for the kubelet never needs it.
    const { usageText } = await import("./options/usage.ts");
    return usageText(provider.name, provider.usage);
  }
  if (flags.includes("--version")) return `${provider.name} ${provider.version}\n`;
  return undefined;
}

async function respond<Options>(
  provider: CredentialProvider<Options>,
  platform: Platform,
  log: Logger,
): Promise<string> {
  const { stdio, clock } = platform;
  const deadline = new Deadline(await timeoutMs(stdio.env["IMAGECRED_TIMEOUT"], log), clock);
  const files = filesWithin(platform.files, deadline);
  const options = await provider.options({ args: stdio.args, env: stdio.env, files, log });
  const request = decodeRequest(await readStdin(stdio, deadline));
  log.debug("request", { image: request.image.name, withToken: request.serviceAccountToken !== undefined });
  const http = createHttpClient({
    transport: platform.transport,
    proxyFor: await proxyRules(stdio.env),
    clock,
    deadline,
    random: platform.random,
    log,
    userAgent: `${provider.name}/${provider.version} (imagecred)`,
  });
  const { crypto, runShell, random } = platform;
  const context: Context = { http, env: stdio.env, files, clock, deadline, log, crypto, runShell, random };
  const { registry } = request.image;
  const answer = await within(
    deadline.remainingMs() + GRACE_MS,
    provider.credential(request, options, context).catch((error) => {
      throw withRegistry(error, registry);
    }),
    {
      action: `getting a credential for ${registry}`,
      reason: `not done within ${deadline.totalMs} ms`,
      advice: "IMAGECRED_LOG=debug shows which call is slow; IMAGECRED_TIMEOUT sets the limit",
      failure: "temporary",
    },
  );
  const cacheSeconds = cacheSecondsOf(answer, platform, registry);
  log.info("credential", { keys: Object.keys(answer.auth), cacheKeyType: answer.cacheKeyType, cacheSeconds });
  return encodeResponse(request.apiVersion, {
    cacheKeyType: answer.cacheKeyType,
    cacheSeconds,
    auth: answer.auth,
  });
}

/** Milliseconds for the whole run. @throws {OptionsError} */
async function timeoutMs(value: string | undefined, log: Logger): Promise<number> {
  if (value === undefined || value === "") return DEFAULT_TIMEOUT_MS;
  const { parseTimeout } = await import("./options/timeout.ts");
  return parseTimeout(value, log);
}

/** Adds the registry to the message, if it is not in it: most calls that fail do not know it. */
function withRegistry(error: unknown, registry: string): unknown {
  if (!(error instanceof CredentialError) || error.action.includes(registry)) return error;
  return error.with({ action: `for ${registry}, ${error.action}` });
}

/** Calls end at the deadline themselves; this gives the current one time to fail first, with its better message. */
const GRACE_MS = 500;

/** The kubelet writes the request and closes the pipe at once; a person at a terminal may not. */
function readStdin(stdio: Stdio, deadline: Deadline): Promise<Uint8Array> {
  const action = "reading the request from stdin";
  const advice = "write a CredentialProviderRequest and close stdin, as the kubelet does";
  const reading = stdio.readStdin(MAX_REQUEST_BYTES).catch(async (cause: unknown) => {
    const { systemReason } = await import("./system-error.ts");
    throw new CredentialError({ action, reason: systemReason(cause), advice, cause });
  });
  const reason = `it was still open after ${deadline.totalMs} ms`;
  return within(deadline.remainingMs(), reading, { action, reason, advice });
}

async function write(stdio: Stdio, text: string): Promise<void> {
  try {
    stdio.writeStdout(text);
  } catch (error) {
    const { systemReason } = await import("./system-error.ts");
    throw new CredentialError({
      action: "writing to stdout",
      reason: systemReason(error),
      advice: "the program that started this one must read its stdout",
      cause: error,
    });
  }
}

function cacheSecondsOf(answer: ProviderResponse, platform: Platform, registry: string): number {
  // A credential whose expiry cannot be parsed is still returned.
  if (answer.expiresAt === "do-not-cache" || Number.isNaN(answer.expiresAt)) return 0;
  const now = platform.clock.now();
  if (!(answer.expiresAt > now)) {
    throw new CredentialError({
      action: `checking the credential for ${registry}`,
      reason: `it expired at ${isoTime(answer.expiresAt)}, and this node's clock says ${isoTime(now)}`,
      advice: "check the node's clock",
    });
  }
  const seconds = cacheSecondsUntil(answer.expiresAt, now, platform.random());
  return Math.min(seconds, answer.maxCacheSeconds ?? seconds);
}

function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
