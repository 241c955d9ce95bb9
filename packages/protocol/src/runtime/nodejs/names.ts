import { isIP } from "node:net";
import { TransportError } from "../../http/transport.ts";
import { codeOf } from "./errors.ts";

/** The two ways of asking for a name; tests hand in their own. */
export interface NameServices {
  /** The system's resolver (getaddrinfo): hosts file, name service switch, search domains. */
  system(name: string): Promise<readonly string[]>;
  /** Asks the name servers ourselves, for the A or AAAA records of an absolute name. */
  direct(name: string, family: 4 | 6): Promise<readonly string[]>;
  /** Gives up on what `direct` still asks for. */
  cancel(): void;
}

/** A lookup under way. */
export interface Lookup {
  /**
   * Settles when no more addresses will come. Rejects with a TransportError where there is none: `ENOTFOUND`, or
   * `EAI_AGAIN` when no name server said so.
   */
  readonly done: Promise<void>;
  /** Ends it: nothing is told any more. */
  stop(): void;
}

/**
 * Milliseconds after which the name servers are asked directly, too. The system's resolver waits five seconds for a dead name
 * server, or for a dropped question for IPv6 addresses, before it does anything else. Directly, the next server is asked
 * after a second, and neither family waits for the other.
 */
const HEAD_START_MS = 300;

/**
 * Looks up a name without a time limit; its caller has one.
 * @param tell gets addresses as they arrive, perhaps more than once and with repetitions
 */
export function lookUp(
  host: string,
  tell: (addresses: readonly string[]) => void,
  services: NameServices = nameServices,
): Lookup {
  // Loopback, whatever the name servers say (RFC 6761, section 6.3). `localhost` itself is in the hosts file.
  if (/\.localhost\.?$/i.test(host)) {
    tell(["127.0.0.1", "::1"]);
    return { done: Promise.resolve(), stop: () => {} };
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let told = false;
  let open = 1;
  let directOpen = 0;
  let over = false;
  let failure: unknown;

  const stop = () => {
    over = true;
    clearTimeout(timer);
    if (directOpen > 0) services.cancel();
  };
  const finish = () => {
    if (over) return;
    stop();
    if (told) resolve();
    else reject(lookupFailed(host, failure));
  };
  const announce = (addresses: readonly string[]) => {
    if (over || addresses.length === 0) return;
    told = true;
    tell(addresses);
  };
  const askDirectly = () => {
    // A name without a dot is one of a search domain, which the system knows.
    if (!host.includes(".")) return;
    open += 2;
    directOpen = 2;
    for (const family of [4, 6] as const) {
      services
        .direct(host, family)
        .then(announce, () => {})
        .then(() => {
          open--;
          directOpen--;
          if (open === 0 || (told && directOpen === 0)) finish();
        });
    }
  };
  const timer = setTimeout(askDirectly, HEAD_START_MS);
  services.system(host).then(
    (addresses) => {
      announce(addresses);
      finish();
    },
    (error) => {
      failure = error;
      open--;
      if (open === 0 || codeOf(error) === "ENOTFOUND") finish();
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

/** Loaded with the first name: an address, as of a metadata server, needs none of it. */
const dns = () => process.getBuiltinModule("node:dns");

type Resolver = InstanceType<ReturnType<typeof dns>["promises"]["Resolver"]>;

/** One for the whole process: it remembers which name servers did not answer. */
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

/** True for text that is an IP address already, and needs no lookup. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}
