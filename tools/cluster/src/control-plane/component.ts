import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface ComponentOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Directory of the log file. */
  readonly logs: string;
}

/** One running program of the control plane. */
export class Component {
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;

  constructor({ name, program, args, logs }: ComponentOptions) {
    this.name = name;
    this.logFile = join(logs, `${name}.log`);
    const log = openSync(this.logFile, "a");
    // Argument 0 selects the component in the multi-call file.
    this.#child = spawn(program, args, {
      argv0: name,
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#ended = Promise.race([
      once(this.#child, "exit").then(([code, signal]) => `exit code ${code ?? signal}`),
      once(this.#child, "error").then(([error]) => String(error)),
    ]);
  }

  /** Rejects with the end of its log when it ends. */
  async ends(): Promise<never> {
    const how = await this.#ended;
    throw new Error(`${this.name} ended: ${how}\n${tail(this.logFile)}`);
  }

  async stop(): Promise<void> {
    // Its state is not needed again, so it is killed without a grace period.
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

/** The end of a log file, for an error message. */
export function tail(path: string, characters = 3000): string {
  try {
    return readFileSync(path, "utf8").slice(-characters);
  } catch (error) {
    return `(${path}: ${String(error)})`;
  }
}
