import { isIP, type Socket } from "node:net";
import { base64 } from "../../encoding.ts";
import { parseIp, unbracketed } from "../../http/ip.ts";
import { TransportError } from "../../http/transport.ts";
import { stepFailed } from "./errors.ts";
import { authority } from "./race.ts";

/** A forward proxy. */
export interface Proxy {
  readonly scheme: "http" | "https" | "socks";
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages: the URL itself may contain a password. */
  readonly authority: string;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, socks: 1080 };

/** Parses `scheme://[user[:password]@]host[:port]`, the result of `proxyFor`. */
export function parseProxy(text: string): Proxy {
  const url = new URL(text);
  const scheme = url.protocol === "https:" ? "https" : url.protocol === "http:" ? "http" : "socks";
  const host = unbracketed(url.hostname);
  const port = Number(url.port || DEFAULT_PORTS[scheme]);
  const credentials =
    url.username === "" && url.password === ""
      ? undefined
      : { user: percentDecoded(url.username), password: percentDecoded(url.password) };
  return { scheme, host, port, authority: authority(host, port), credentials };
}

/** Decodes percent escapes; a `%` without two hexadecimal digits after it stays. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return text;
  }
}

/** Value of Proxy-Authorization (RFC 7617); undefined for a proxy without a user. */
export function proxyAuthorization({ credentials }: Proxy): string | undefined {
  if (credentials === undefined) return undefined;
  const { user, password } = credentials;
  return `Basic ${base64(new TextEncoder().encode(`${user}:${password}`))}`;
}

/** The server that a tunnel connects to. */
interface Destination {
  readonly host: string;
  readonly port: number;
}

/** Asks the proxy at the other end of `socket` for a tunnel. @throws {TransportError} */
export async function openTunnel(socket: Socket, proxy: Proxy, destination: Destination): Promise<void> {
  if (proxy.scheme === "socks") await openSocksTunnel(new Dialog(socket, proxy), destination);
  else await openHttpTunnel(new Dialog(socket, proxy), destination);
}

/** Limit of a CONNECT response's status line and headers in bytes. */
const HEAD_LIMIT = 16 * 1024;

/** CONNECT (RFC 9110 section 9.3.6). */
async function openHttpTunnel(dialog: Dialog, { host, port }: Destination): Promise<void> {
  const to = authority(host, port);
  const authorization = proxyAuthorization(dialog.proxy);
  const header = authorization === undefined ? "" : `Proxy-Authorization: ${authorization}\r\n`;
  dialog.send(Buffer.from(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${header}\r\n`, "latin1"));
  for (;;) {
    const head = await dialog.receiveHead();
    const status = Number(/^HTTP\/1\.[01] ([1-9]\d\d)(?![^ \r\n])/.exec(head)?.[1] ?? Number.NaN);
    // 1xx: the final response follows.
    if (status < 200) continue;
    if (status < 300) {
      // A TLS server sends nothing before the client does: data here is a body, which this response must not have.
      dialog.discard();
      return;
    }
    if (Number.isNaN(status)) throw dialog.refused("did not answer in HTTP");
    if (status !== 407) throw dialog.refused(`refuses to connect to ${to} (${status})`, status);
    throw dialog.refused(
      authorization === undefined
        ? "asks for a user name and password (407)"
        : "refuses the user name and password (407)",
      status,
    );
  }
}

const SOCKS = 5;
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;

/** Code and description of each failure reply (RFC 1928, section 6). */
const SOCKS_REPLIES: Readonly<Record<number, readonly [code: string, words: string]>> = {
  2: ["ERR_PROXY", "its rules do not allow it"],
  3: ["ENETUNREACH", "the network is unreachable"],
  4: ["EHOSTUNREACH", "no route to the host"],
  5: ["ECONNREFUSED", "connection refused"],
  6: ["EHOSTUNREACH", "its packets did not get there (TTL expired)"],
  7: ["ERR_PROXY", "it does not know CONNECT"],
  8: ["ERR_PROXY", "it does not know this kind of address"],
};

/** SOCKS 5 (RFC 1928) with user name and password (RFC 1929). The proxy looks names up, as with Go's client. */
async function openSocksTunnel(dialog: Dialog, { host, port }: Destination): Promise<void> {
  await greet(dialog);
  const to = authority(host, port);
  const address = socksAddress(host);
  if (address === undefined) throw dialog.refused(`cannot be sent a name as long as that of ${to}`);
  dialog.send(Buffer.from([SOCKS, 1, 0, ...address, port >> 8, port & 0xff]));
  const [version, reply = 0, , kind] = await dialog.receive(4);
  if (version !== SOCKS) throw dialog.refused("did not answer in SOCKS 5");
  if (reply !== 0) {
    const [code, words] = SOCKS_REPLIES[reply] ?? ["ERR_PROXY", "it gives no reason"];
    const message = `the proxy ${dialog.proxy.authority} could not connect to ${to}: ${words}`;
    throw new TransportError("proxy", code, message, { peer: "proxy" });
  }
  // The address and port that the proxy connects from, which are not used.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : kind === 3 ? (await dialog.receive(1))[0] : undefined;
  if (length === undefined) throw dialog.refused("did not answer in SOCKS 5");
  await dialog.receive(length + 2);
}

async function greet(dialog: Dialog): Promise<void> {
  const { credentials } = dialog.proxy;
  dialog.send(
    Buffer.from(
      credentials === undefined
        ? [SOCKS, 1, NO_AUTHENTICATION]
        : [SOCKS, 2, NO_AUTHENTICATION, USER_AND_PASSWORD],
    ),
  );
  const [version, method] = await dialog.receive(2);
  if (version !== SOCKS) throw dialog.refused("did not answer in SOCKS 5");
  if (method === NO_AUTHENTICATION) return;
  if (credentials === undefined) throw dialog.refused("asks for a user name and password");
  if (method !== USER_AND_PASSWORD) throw dialog.refused("accepts no user name and password");
  const user = Buffer.from(credentials.user);
  const password = Buffer.from(credentials.password);
  if (user.length > 255 || password.length > 255) {
    throw dialog.refused("cannot be sent a user name or password of more than 255 bytes");
  }
  dialog.send(Buffer.from([1, user.length, ...user, password.length, ...password]));
  const [, outcome] = await dialog.receive(2);
  if (outcome !== 0) throw dialog.refused("refuses the user name and password");
}

function socksAddress(host: string): readonly number[] | undefined {
  const ip = isIP(host) === 0 ? undefined : parseIp(host);
  if (ip !== undefined) return [ip.length === 4 ? 1 : 4, ...ip];
  const name = Buffer.from(host);
  return name.length > 255 ? undefined : [3, name.length, ...name];
}

/** The conversation with a proxy before the tunnel is open. */
class Dialog {
  readonly proxy: Proxy;
  readonly #socket: Socket;

  constructor(socket: Socket, proxy: Proxy) {
    this.#socket = socket;
    this.proxy = proxy;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Receives `length` bytes. */
  receive(length: number): Promise<Buffer> {
    return this.#receive(() => {
      const bytes: Buffer | null = this.#socket.read(length);
      // At its end, a stream returns fewer bytes.
      if (bytes !== null && bytes.length < length) throw this.#closed();
      return bytes;
    });
  }

  /** Receives everything up to an empty line. What follows stays in the socket. */
  receiveHead(): Promise<string> {
    let head = "";
    return this.#receive(() => {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk === null) return null;
      const before = head.length;
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end > HEAD_LIMIT) throw this.refused("sent an endless response");
      if (end >= 0) {
        const rest = chunk.subarray(end + 4 - before);
        if (rest.length > 0) this.#socket.unshift(rest);
        return head.slice(0, end);
      }
      if (head.length > HEAD_LIMIT) throw this.refused("sent an endless response");
      return null;
    });
  }

  /** Discards received bytes that were not read. */
  discard(): void {
    this.#socket.read();
  }

  /** Calls `take` whenever there is more to read, until it returns a value. */
  #receive<T>(take: () => T | null): Promise<T> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        socket.off("readable", attempt).off("end", closed).off("close", closed).off("error", failed);
        action();
      };
      const attempt = () => {
        try {
          const taken = take();
          if (taken !== null) settle(() => resolve(taken));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const failed = (error: unknown) => settle(() => reject(this.#failed(error)));
      const closed = () => settle(() => reject(this.#closed()));
      socket.on("readable", attempt).on("end", closed).on("close", closed).on("error", failed);
      attempt();
    });
  }

  #failed(error: unknown): TransportError {
    return stepFailed(error, `the proxy ${this.proxy.authority}`, "proxy", { peer: "proxy" });
  }

  #closed(): TransportError {
    return this.#failed(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
  }

  refused(message: string, status?: number): TransportError {
    const text = `the proxy ${this.proxy.authority} ${message}`;
    const facts = { peer: "proxy" as const, ...(status === undefined ? {} : { status }) };
    return new TransportError("proxy", "ERR_PROXY", text, facts);
  }
}
