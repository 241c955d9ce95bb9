import type { Clouds } from "@imagecred/fake-clouds";
import type { RunFileOptions, RunResult, Runtime } from "@imagecred/workspace";
import { kubeletRequest } from "./request.ts";
import { runPlugin } from "./run-plugin.ts";
import type { Case, Inputs, Scenario } from "./scenario.ts";

/** How a run differs from a case. */
export interface Change extends Omit<RunFileOptions, "args">, Inputs {
  readonly image?: string;
  /** Default: the scenario's first. */
  readonly like?: Case;
}

/** One executable under test, with its own clouds. */
export class Subject {
  readonly scenario: Scenario;
  readonly runtime: Runtime;
  readonly path: string;
  #clouds: Clouds | undefined;

  constructor(scenario: Scenario, runtime: Runtime, path: string) {
    this.scenario = scenario;
    this.runtime = runtime;
    this.path = path;
  }

  /** Runs as long as the suite's tests. */
  get clouds(): Clouds {
    if (this.#clouds === undefined) throw new Error("the clouds run only while the tests do");
    return this.#clouds;
  }

  set clouds(clouds: Clouds) {
    this.#clouds = clouds;
  }

  /** Arguments, environment and stdin of a case. */
  async inputs(like: Case = this.scenario.cases[0]): Promise<Required<Inputs> & { readonly stdin: string }> {
    const { args = [], env = {}, request = {} } = await like.setUp(this.clouds);
    const stdin = kubeletRequest(this.scenario.image, request);
    return { args, env: { ...this.clouds.networkEnv(), ...env }, request, stdin };
  }

  /** Runs a case, or a variation of it. */
  async run(change: Change = {}): Promise<RunResult> {
    const { like, image, request, ...rest } = change;
    const inputs = await this.inputs(like);
    const stdin = kubeletRequest(image ?? this.scenario.image, { ...inputs.request, ...request });
    return await runPlugin(this.path, {
      args: inputs.args,
      stdin,
      ...rest,
      env: { ...inputs.env, ...rest.env },
    });
  }

  /** `service Operation status` of every request so far, in order of arrival. */
  calls(): string[] {
    return this.clouds.requests.map(
      ({ service, operation, status, fault }) =>
        `${service} ${operation} ${status ?? `(${fault ?? "no response"})`}`,
    );
  }
}

/** A group of tests on one executable; called inside a `describe`. */
export type Suite = (subject: Subject) => void;
