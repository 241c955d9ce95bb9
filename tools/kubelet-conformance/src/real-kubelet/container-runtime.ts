import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** One pull that the kubelet requested, and its result. */
export interface Pull {
  readonly image: string;
  readonly username: string;
  readonly password: string;
  /** It had no credential. */
  readonly anonymous: boolean;
  /** The registry's error; empty if the pull succeeded. */
  readonly refused: string;
}

/** The container runtime of go/newest/fakecri, running. */
export class ContainerRuntime implements AsyncDisposable {
  readonly pulls: Pull[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Set<{ readonly image: string; readonly resolve: (pull: Pull) => void }>();
  #unfinished = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => this.#read(chunk));
  }

  /** Starts it and waits for its socket. @param env with SSL_CERT_FILE for the registries' certificates */
  static async start(program: string, socket: string, env: NodeJS.ProcessEnv): Promise<ContainerRuntime> {
    const ready = appears(socket);
    const child = spawn(program, ["-listen", socket], { env, stdio: ["ignore", "pipe", "inherit"] });
    const died = once(child, "close").then(() => {
      throw new Error("the container runtime ended at once");
    });
    await Promise.race([ready, died]);
    died.catch(() => {});
    return new ContainerRuntime(child);
  }

  /** The next pull of this image. @throws Error if there is no such pull within `seconds` */
  async pulled(image: string, seconds = 30): Promise<Pull> {
    const { promise, resolve, reject } = Promise.withResolvers<Pull>();
    const entry = { image, resolve };
    this.#waiting.add(entry);
    const late = setTimeout(
      () => reject(new Error(`no pull of ${image} within ${seconds} s`)),
      seconds * 1000,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(entry);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }

  #read(chunk: string): void {
    const lines = (this.#unfinished + chunk).split("\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) {
      const pull = JSON.parse(line) as Pull;
      this.pulls.push(pull);
      for (const waiting of this.#waiting) if (waiting.image === pull.image) waiting.resolve(pull);
    }
  }
}

async function appears(path: string): Promise<void> {
  const changes = watch(dirname(path), { signal: AbortSignal.timeout(20_000) });
  for await (const { filename } of changes) if (filename === basename(path)) return;
}
