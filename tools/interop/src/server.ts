import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";

/** The address on which a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ServerOptions extends Address {
  readonly path: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Many times the start of the slowest server on a busy machine (milliseconds). */
const START_LIMIT_MS = 60_000;
const POLL_MS = 25;

/** Another project's server, which runs until it is disposed of. */
export class Server implements AsyncDisposable {
  readonly #child: ChildProcess;
  #output = "";

  private constructor({ path, args, env = {} }: ServerOptions) {
    this.#child = spawn(path, [...args], {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
      });
    }
  }

  /** Starts it. @returns once it accepts connections @throws Error with its output when it does not */
  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    const failed = new Promise<never>((_, reject) => {
      server.#child.once("error", reject);
      server.#child.once("exit", (code) => reject(new Error(`${options.path} ended with ${code}`)));
    });
    try {
      await Promise.race([accepts(options), failed]);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw new Error(`${options.path} does not listen\n${server.output}`, { cause: error });
    }
    // Later failures show in the requests that it does not respond to.
    failed.catch(() => {});
    return server;
  }

  /** Its output so far. */
  get output(): string {
    return this.#output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (this.#child.pid === undefined) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

async function accepts({ host, port }: Address): Promise<void> {
  const end = performance.now() + START_LIMIT_MS;
  while (performance.now() < end) {
    if (await connects(host, port)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`nothing listens at ${host}:${port} after ${START_LIMIT_MS / 1000} s`);
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
