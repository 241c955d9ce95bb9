import { isIP, type Socket, connect as tcpConnect } from "node:net";
import { TransportError } from "../../http/transport.ts";
import { codeOf, type Progress, stepFailed } from "./errors.ts";
import { isAddress, type Lookup, lookUp } from "./names.ts";

/** Delay before the next address is tried in parallel (RFC 8305, section 5). Milliseconds. */
const ATTEMPT_DELAY_MS = 250;
/** How long to wait for IPv6 addresses after the first IPv4 ones (RFC 8305, section 3). Milliseconds. */
const RESOLUTION_DELAY_MS = 50;

/** How long to wait for more addresses of the lookup after all known ones have failed. Milliseconds. */
const OTHER_FAMILY_MS = 2_000;

/** Parts of the connection attempt that a race uses. */
export interface RaceSetup {
  readonly progress: Progress;
  /** Called when addresses arrive: the time limit for connecting starts, or restarts. */
  onAddresses(): void;
  /** Aborted when the time is up or the connection is no longer needed. */
  readonly signal: AbortSignal;
  /** Replaces the lookup, in tests. */
  readonly lookUp?: typeof lookUp;
}

/** `host:port`, with brackets around IPv6. */
export function authority(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Opens a TCP connection to the first of a name's addresses that accepts one (RFC 8305, "Happy Eyeballs"). It starts with
 * the lookup's first addresses, adds later ones, and fails only after the lookup of both families has ended.
 * @throws {TransportError}
 */
export function openTcp(host: string, port: number, setup: RaceSetup): Promise<Socket> {
  const { progress, signal } = setup;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const waiting: { 4: string[]; 6: string[] } = { 4: [], 6: [] };
  const known = new Set<string>();
  const attempts = new Set<Socket>();
  const failures: { readonly address: string; readonly error: unknown }[] = [];
  let lastFamily: 4 | 6 = 4;
  let lookup: Lookup | undefined;
  let lookupError: unknown;
  let lookupDone = false;
  let timer: NodeJS.Timeout | undefined;

  const isIdle = () => waiting[4].length === 0 && waiting[6].length === 0 && attempts.size === 0;

  const end = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    lookup?.stop();
    for (const socket of attempts) socket.destroy();
    attempts.clear();
  };
  const abort = () => {
    end();
    reject(signal.reason);
  };
  const schedule = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(next, milliseconds);
  };
  const next = () => {
    const family = lastFamily === 4 && waiting[6].length > 0 ? 6 : waiting[4].length > 0 ? 4 : 6;
    const address = waiting[family].shift();
    if (address === undefined) return;
    lastFamily = family;
    progress.phase = "connect";
    attempt(address);
    schedule(ATTEMPT_DELAY_MS);
  };
  const attempt = (address: string) => {
    const socket = tcpConnect({ host: address, port, noDelay: true });
    attempts.add(socket);
    socket.once("connect", () => {
      attempts.delete(socket);
      // Later steps handle errors themselves; an error between two of them must not end the process.
      socket.on("error", () => {});
      end();
      resolve(socket);
    });
    socket.once("error", (error) => {
      attempts.delete(socket);
      failures.push({ address, error });
      if (!isIdle()) return next();
      if (lookupDone) return giveUp();
      progress.phase = "lookup";
      clearTimeout(timer);
      timer = setTimeout(giveUp, OTHER_FAMILY_MS);
    });
  };
  const giveUp = () => {
    end();
    reject(overallError(host, port, failures, lookupError));
  };
  const add = (addresses: readonly string[]) => {
    const untried = known.size === 0;
    for (const address of addresses) {
      if (known.has(address)) continue;
      known.add(address);
      waiting[isIP(address) === 6 ? 6 : 4].push(address);
    }
    setup.onAddresses();
    // If only IPv4 addresses have come so far, wait a moment for IPv6 ones; the next result ends this.
    if (untried && waiting[6].length === 0 && !lookupDone) schedule(RESOLUTION_DELAY_MS);
    else if (attempts.size === 0) next();
  };
  const onLookupDone = (error?: unknown) => {
    lookupDone = true;
    lookupError = error;
    if (isIdle()) giveUp();
    // No more addresses will come, so stop waiting for the other family.
    else if (attempts.size === 0) next();
  };

  if (signal.aborted) return Promise.reject(signal.reason);
  signal.addEventListener("abort", abort);
  if (isAddress(host)) {
    lookupDone = true;
    add([host]);
  } else {
    progress.phase = "lookup";
    lookup = (setup.lookUp ?? lookUp)(host, add);
    lookup.done.then(() => onLookupDone(), onLookupDone);
  }
  return promise;
}

/** Whether this machine has no route for the address family, which is not a failure of the server. */
function hasNoRoute(error: unknown): boolean {
  return ["ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EHOSTUNREACH"].includes(codeOf(error));
}

/** The error when all addresses have failed: the first failure that is about the server, if there is one. */
function overallError(
  host: string,
  port: number,
  failures: readonly { readonly address: string; readonly error: unknown }[],
  lookupError: unknown,
): unknown {
  const shown = failures.find(({ error }) => !hasNoRoute(error)) ?? failures[0];
  if (shown === undefined) {
    return lookupError ?? new TransportError("lookup", "ENOTFOUND", `${host} has no address`);
  }
  // The lookup found only addresses of a family that this machine has no route for.
  if (lookupError !== undefined && hasNoRoute(shown.error)) return lookupError;
  const at = shown.address === host ? "" : ` (${shown.address})`;
  return stepFailed(shown.error, `connecting to ${authority(host, port)}${at}`, "connect");
}
