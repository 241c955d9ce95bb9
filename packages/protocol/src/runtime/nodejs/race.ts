import { isIP, type Socket, connect as tcpConnect } from "node:net";
import { TransportError } from "../../http/transport.ts";
import { codeOf, type Progress, stepFailed } from "./errors.ts";
import { isAddress, type Lookup, lookUp } from "./names.ts";

/** Head start of one address before the next is tried beside it (RFC 8305, section 5). Milliseconds. */
const ATTEMPT_DELAY_MS = 250;
/** How long IPv6 addresses are waited for once there are IPv4 ones (RFC 8305, section 3). Milliseconds. */
const RESOLUTION_DELAY_MS = 50;

/** How long addresses that are still asked for are waited for when all others have failed. Milliseconds. */
const OTHER_FAMILY_MS = 2_000;

/** What a race needs of a connection that is being opened. */
export interface RaceSetup {
  readonly progress: Progress;
  /** Called when addresses are known: the time for connecting begins, or begins again. */
  onAddresses(): void;
  /** Aborted when the time is up, or the connection is not wanted any more. */
  readonly signal: AbortSignal;
  /** Replaces the lookup, in tests. */
  readonly lookUp?: typeof lookUp;
}

/** `host:port`, with brackets around IPv6. */
export function authority(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Opens a TCP connection to a name: one of its addresses, the first to answer wins (RFC 8305, "Happy Eyeballs"). It begins
 * with what the lookup has found so far, adds what else comes, and does not fail before both families were asked.
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
  let allTold = false;
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
      // Each step that follows looks for failures itself; between two of them, none may end the process.
      socket.on("error", () => {});
      end();
      resolve(socket);
    });
    socket.once("error", (error) => {
      attempts.delete(socket);
      failures.push({ address, error });
      if (!isIdle()) return next();
      if (allTold) return giveUp();
      progress.phase = "lookup";
      clearTimeout(timer);
      timer = setTimeout(giveUp, OTHER_FAMILY_MS);
    });
  };
  const giveUp = () => {
    end();
    reject(sumUp(host, port, failures, lookupError));
  };
  const add = (addresses: readonly string[]) => {
    const untried = known.size === 0;
    for (const address of addresses) {
      if (known.has(address)) continue;
      known.add(address);
      waiting[isIP(address) === 6 ? 6 : 4].push(address);
    }
    setup.onAddresses();
    // The first to come are IPv4's: the other family gets a moment. Whatever comes next ends it.
    if (untried && waiting[6].length === 0 && !allTold) schedule(RESOLUTION_DELAY_MS);
    else if (attempts.size === 0) next();
  };
  const told = (error?: unknown) => {
    allTold = true;
    lookupError = error;
    if (isIdle()) giveUp();
    // Nothing else will come, so what waits for the other family need not.
    else if (attempts.size === 0) next();
  };

  if (signal.aborted) return Promise.reject(signal.reason);
  signal.addEventListener("abort", abort);
  if (isAddress(host)) {
    allTold = true;
    add([host]);
  } else {
    progress.phase = "lookup";
    lookup = (setup.lookUp ?? lookUp)(host, add);
    lookup.done.then(() => told(), told);
  }
  return promise;
}

/** A machine without a route for a family says so at once; that is not what is wrong with the server. */
function hasNoRoute(error: unknown): boolean {
  return ["ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EHOSTUNREACH"].includes(codeOf(error));
}

/** What to say when nothing is left to try: the first failure that is about the server. */
function sumUp(
  host: string,
  port: number,
  failures: readonly { readonly address: string; readonly error: unknown }[],
  lookupError: unknown,
): unknown {
  const telling = failures.find(({ error }) => !hasNoRoute(error)) ?? failures[0];
  if (telling === undefined) {
    return lookupError ?? new TransportError("lookup", "ENOTFOUND", `${host} has no address`);
  }
  // The family that this machine has no route for was found, the other was not.
  if (lookupError !== undefined && hasNoRoute(telling.error)) return lookupError;
  const at = telling.address === host ? "" : ` (${telling.address})`;
  return stepFailed(telling.error, `connecting to ${authority(host, port)}${at}`, "connect");
}
