import { isIP } from "node:net";
import { TransportError } from "../../http/transport.ts";
import { codeOf } from "./errors.ts";

/** The two ways to look up a name; tests pass their own. */
export interface NameServices {
  /** The system's resolver (getaddrinfo): hosts file, name service switch, search domains. */
  system(name: string): Promise<readonly string[]>;
  /** Queries the name servers directly for the A or AAAA records of an absolute name. */
  direct(name: string, family: 4 | 6): Promise<readonly string[]>;
  /** Cancels the queries of `direct`. */
  cancel(): void;
}

/** A running lookup. */
export interface Lookup {
  /**
   * Settles when no more addresses will come. Rejects with a TransportError if none came: `ENOTFOUND` if a name server
   * reported that, else `EAI_AGAIN`.
   */
  readonly done: Promise<void>;
  /** Ends the lookup: no more addresses are reported. */
  stop(): void;
}

/**
 * Milliseconds after which the name servers are also queried directly. The system's resolver waits five seconds for a dead
 * name server, or for a dropped query for IPv6 addresses. The direct query tries the next server after a second, and
 * neither family waits for the other.
 */
const DIRECT_DELAY_MS = 300;

/**
 * Looks up a name, without a time limit: the caller has one.
 * @param onAddresses called with addresses as they arrive, possibly several times and with duplicates
 */
export function lookUp(
  host: string,
  onAddresses: (addresses: readonly string[]) => void,
  services: NameServices = nameServices,
): Lookup {
  // Always loopback (RFC 6761, section 6.3). `localhost` itself is in the hosts file.
  if (/\.localhost\.?$/i.test(host)) {
    onAddresses(["127.0.0.1", "::1"]);
    return { done: Promise.resolve(), stop: () => {} };
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let found = false;
  let pending = 1;
  let directPending = 0;
  let stopped = false;
  let failure: unknown;

  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    if (directPending > 0) services.cancel();
  };
  const finish = () => {
    if (stopped) return;
    stop();
    if (found) resolve();
    else reject(lookupFailed(host, failure));
  };
  const report = (addresses: readonly string[]) => {
    if (stopped || addresses.length === 0) return;
    found = true;
    onAddresses(addresses);
  };
  const queryDirectly = () => {
    // A name without a dot needs the search domains, which only the system's resolver has.
    if (!host.includes(".")) return;
    pending += 2;
    directPending = 2;
    for (const family of [4, 6] as const) {
      services
        .direct(host, family)
        .then(report, () => {})
        .then(() => {
          pending--;
          directPending--;
          if (pending === 0 || (found && directPending === 0)) finish();
        });
    }
  };
  const timer = setTimeout(queryDirectly, DIRECT_DELAY_MS);
  services.system(host).then(
    (addresses) => {
      report(addresses);
      finish();
    },
    (error) => {
      failure = error;
      pending--;
      if (pending === 0 || codeOf(error) === "ENOTFOUND") finish();
    },
  );
  return { done: promise, stop };
}

function lookupFailed(host: string, error: unknown): TransportError {
  const code = codeOf(error) === "ENOTFOUND" ? "ENOTFOUND" : "EAI_AGAIN";
  const message =
    code === "ENOTFOUND" ? `there is no host ${host}` : `looking up ${host} failed (${codeOf(error)})`;
  return new TransportError("lookup", code, message, { cause: error });
}

/** Loaded on demand: a target that is an address, such as a metadata server, does not need it. */
const dns = () => process.getBuiltinModule("node:dns");

type Resolver = InstanceType<ReturnType<typeof dns>["promises"]["Resolver"]>;

/** One for the whole process: it remembers which name servers did not respond. */
let resolver: Resolver | undefined;

const nameServices: NameServices = {
  async system(name) {
    const found = await dns().promises.lookup(name, { all: true, order: "verbatim" });
    return found.map(({ address }) => address);
  },
  direct(name, family) {
    resolver ??= new (dns().promises.Resolver)({ timeout: 1_000, tries: 4 });
    return family === 4 ? resolver.resolve4(name) : resolver.resolve6(name);
  },
  cancel: () => resolver?.cancel(),
};

/** True for an IP address, which needs no lookup. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}
