import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, type RunProgram, type Transport, TransportError } from "@imagecred/protocol";
import { crypto, runProgram as startProgram } from "@imagecred/protocol/runtime";
import { runProgram } from "../program.ts";
import type { OperatingSystem, Platform } from "../runtime/types.ts";
import { chrootFileSystem } from "./chroot-file-system.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Width of the terminal; default: no terminal. */
  readonly columns?: number;
  readonly userId?: number;
  readonly stdin?: string;
  /** Default: `imagecred`. */
  readonly invokedAs?: string;
  /** Default: `linux`. */
  readonly operatingSystem?: OperatingSystem;
  readonly transport?: Transport;
  readonly clock?: Clock;
  /** Runs the machine's programs; default: the real ones. */
  readonly runProgram?: RunProgram;
  /** Sees stdout as it is written. */
  readonly onStdout?: (text: string) => void;
  /** Sees stderr as it is written. */
  readonly onStderr?: (text: string) => void;
}

/** A directory that the tool uses as `/`, and runs of the tool in it. */
export interface Bench extends Disposable {
  readonly root: string;
  /** Path within the directory. */
  path(...segments: string[]): string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
}

/** 2026-11-24T08:00:00Z */
export const NOW = 1_795_507_200_000;

const offline: Transport = {
  request: async () => {
    throw new TransportError("lookup", "ENOTFOUND", "tests are offline");
  },
  preconnect: () => {},
  firstSent: () => new Promise(() => {}),
};

export function bench(): Bench {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "imagecred-cli-")));
  return {
    root,
    path: (...segments) => join(root, ...segments),
    run: (args, options = {}) => run(root, args, options),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

async function run(root: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const platform: Platform = {
    stdio: {
      args,
      env: options.env ?? {},
      readStdin: async () => new TextEncoder().encode(options.stdin ?? ""),
      writeStdout: (text) => {
        stdout += text;
        options.onStdout?.(text);
      },
      writeStderr: (text) => {
        stderr += text;
        options.onStderr?.(text);
      },
      exit: (code) => {
        throw new Error(`exit ${code} called`);
      },
      onUncaught: () => {},
    },
    fileSystem: chrootFileSystem(root),
    terminal: { columns: () => options.columns },
    processInfo: {
      userId: options.userId ?? 0,
      workingDirectory: root,
      executable: join(root, "usr/bin/imagecred"),
      invokedAs: options.invokedAs ?? "imagecred",
      operatingSystem: options.operatingSystem ?? "linux",
      runtime: "test",
    },
    runProgram: options.runProgram ?? startProgram,
    transport: options.transport ?? offline,
    crypto,
    clock: options.clock ?? { now: () => NOW, elapsed: () => 0, sleep: async () => {} },
  };
  const code = await runProgram(platform);
  return { code, stdout, stderr };
}
