import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clouds, type Leak, type Plugin, startClouds } from "@imagecred/fake-clouds";
import { executable, type Runtime } from "@imagecred/workspace";
import { kubeletRequest } from "../request.ts";
import { runPlugin } from "../run-plugin.ts";
import { baseNames, makeBase } from "./bases.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Random } from "./random.ts";
import type { Base, CallName, Lane, Trial } from "./trial.ts";

/** The plugins under test. */
export const PLUGINS: readonly Plugin[] = ["ecr", "acr", "gcr"];

/** File name of a plugin. */
export function nameOf(plugin: Plugin): string {
  return `${plugin}-credential-provider`;
}

function pathOf(plugin: Plugin, runtime: Runtime): string {
  const built = executable(nameOf(plugin), runtime);
  if (built.skipped !== undefined) throw new Error(built.skipped);
  return built.path;
}

/** Fake clouds for one trial at a time. */
export class Place implements AsyncDisposable {
  readonly #clouds: Clouds;
  readonly #calls = new Map<string, Promise<readonly CallName[]>>();
  readonly #files: string[] = [];
  #made = 0;

  private constructor(clouds: Clouds) {
    this.#clouds = clouds;
  }

  /** Starts its clouds. @param clock of the clouds; the executables use the system's */
  static async open(clock?: () => number): Promise<Place> {
    return new Place(await startClouds(clock === undefined ? {} : { clock }));
  }

  /** Runs a trial here. */
  laneFor(random: Random): Lane {
    return {
      clouds: this.#clouds,
      random,
      base: async (plugin = random.pick(PLUGINS)) =>
        makeBase(this.#clouds, plugin, random.pick(baseNames(plugin))),
      callsOf: (base) => this.#callsOf(base),
      file: (content) => this.file(content),
      path: () => this.#newPath(),
    };
  }

  /** Creates a base by its name. */
  baseNamed(plugin: Plugin, what: string): Promise<Base> {
    return makeBase(this.#clouds, plugin, what);
  }

  /** The requests that a base makes without faults. */
  callsOf(base: Base): Promise<readonly CallName[]> {
    return this.#callsOf(base);
  }

  /** Writes a file for the next trial. @returns its path */
  async file(content: string | Uint8Array): Promise<string> {
    const path = this.#newPath();
    await writeFile(path, content);
    return path;
  }

  /** Runs a trial. @param patience multiplies its time limit */
  async run(trial: Trial, runtime: Runtime, patience: number): Promise<Outcome> {
    const clouds = this.#clouds;
    const { result, path } = await this.#start(trial, runtime, patience);
    const { limitSeconds } = trial;
    // A trial of this variable sets its own limit.
    const isLimited = limitSeconds !== undefined && !("IMAGECRED_TIMEOUT" in trial.env);
    const outcome = outcomeOf(result, clouds, isLimited ? 1_000 * limitSeconds * patience : undefined);
    await clouds.reset();
    if ((outcome.overrunMs ?? 0) <= 0) return outcome;
    // The limit starts with the program, and on a busy machine the start alone takes long.
    const start = await runPlugin(path, { args: ["--version"] });
    return { ...outcome, overrunMs: Math.max(0, (outcome.overrunMs ?? 0) - start.wallMs) };
  }

  /** Runs a trial. @returns stderr unchanged, and the clouds' secrets that it contains */
  async runForLeaks(
    trial: Trial,
    runtime: Runtime,
  ): Promise<{ readonly stderr: string; readonly leaks: readonly Leak[] }> {
    const clouds = this.#clouds;
    const { result } = await this.#start(trial, runtime, 1);
    const leaks = clouds.secrets.findIn(result.stderr);
    await clouds.reset();
    return { stderr: result.stderr, leaks };
  }

  async #start(trial: Trial, runtime: Runtime, patience: number) {
    const clouds = this.#clouds;
    await clouds.reset();
    trial.before?.();
    for (const fault of trial.faults ?? []) await clouds.faults.add(fault);
    const path = pathOf(trial.plugin, runtime);
    const { stdin, through, limitSeconds } = trial;
    const limit = limitSeconds === undefined ? {} : { IMAGECRED_TIMEOUT: `${limitSeconds * patience}s` };
    const env = { ...limit, ...trial.env };
    const [file, args] =
      through === undefined ? [path, trial.args] : ["/bin/sh", ["-c", through, "sh", path, ...trial.args]];
    const result = await runPlugin(file, { args, env, stdin, timeoutMs: 30_000 });
    return { result, path };
  }

  /** Removes the trial's files. */
  async tidy(): Promise<void> {
    for (const path of this.#files.splice(0)) await rm(path, { force: true, recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#clouds.close();
  }

  #newPath(): string {
    const path = join(this.#clouds.core.directory, `trial-${this.#made++}`);
    this.#files.push(path);
    return path;
  }

  #callsOf(base: Base): Promise<readonly CallName[]> {
    const key = `${base.plugin} ${base.what}`;
    let calls = this.#calls.get(key);
    if (calls === undefined) {
      calls = this.#record(base);
      this.#calls.set(key, calls);
    }
    return calls;
  }

  async #record(base: Base): Promise<readonly CallName[]> {
    const { args, env, image, request } = base;
    const stdin = kubeletRequest(image, request);
    let problem = "";
    // A metadata server has one second for its first response, and a busy machine may be slower.
    for (let tries = 0; tries < 5; tries++) {
      await this.#clouds.reset();
      const result = await runPlugin(pathOf(base.plugin, "static"), { args, env, stdin });
      const calls = this.#clouds.requests.map(({ service, operation, host }) => ({
        service,
        operation,
        host,
      }));
      if (result.exitCode === 0 && calls.length > 0) return calls;
      problem = `${calls.length} calls, ${result.stderr}`;
    }
    throw new Error(`${base.plugin} ${base.what} does not work: ${problem}`);
  }
}
