import { join } from "node:path";
import { LineProcess } from "@imagecred/kubelet-conformance";
import { type GoProgram, GoPrograms } from "@imagecred/workspace";
import type { WindowsMachine } from "./windows-machine.ts";

/** Starts programs as a Windows service does; Node.js cannot write to the Unix pipes that wine itself would give it. */
export const PARENT: GoProgram = { name: "windows-parent", module: "parent", package: ".", os: "windows" };
export const goPrograms = new GoPrograms(join(import.meta.dirname, "../go"));

/** Exit code and output of a program. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start a program, with Windows paths. */
export interface Start {
  readonly args?: readonly string[];
  /** In addition to what Windows gives every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly dir?: string;
  readonly stdin?: string;
}

/** A Windows process that starts others. */
export class WindowsParent implements AsyncDisposable {
  readonly #process: LineProcess;

  /** @param program path of the built {@link PARENT} on this machine */
  constructor(machine: WindowsMachine, program: string) {
    this.#process = new LineProcess(machine.command(program), machine.environment());
  }

  /** Runs a program to its end, a minute at most. @param file its Windows path */
  async run(file: string, start: Start = {}): Promise<Ended> {
    return (await this.#process.ask({ ...start, op: "run", file })) as Ended;
  }

  /** Opens a TCP connection and closes it. @returns an empty text, or the system's error */
  async dial(address: string): Promise<string> {
    return (await this.#process.ask({ op: "dial", address })) as string;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
