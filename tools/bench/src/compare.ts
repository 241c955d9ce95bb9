import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Clouds } from "@imagecred/fake-clouds";
import { METADATA } from "@imagecred/workspace";
import type { Contender } from "./contenders.ts";
import { buildBareClient, type Command, type Cost, measureOnce } from "./measure.ts";
import { medianCost } from "./median-cost.ts";
import { medianPhases, phasesOf } from "./phases.ts";
import type { Phases, Row, Table } from "./results.ts";
import type { Scenario } from "./scenarios.ts";
import { median } from "./statistics.ts";

/** Not counted: they fill the page cache and warm the servers' code. */
const WARM_UP_RUNS = 3;

interface Measured extends Cost {
  readonly phases: Phases;
}

/** Runs all contenders in turn, `runs` times, so that disturbances affect all of them alike. */
export async function compare(
  launcher: string,
  scenario: Scenario,
  clouds: Clouds,
  contenders: readonly Contender[],
  options: { readonly runs: number; readonly latencyMs: number },
): Promise<Table> {
  clouds.latency.set(options.latencyMs);
  const costs = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]));
  const commands = await commandsOf(scenario, clouds, contenders);
  const bareCommand = bareCommandOf(scenario);
  const bareMs: number[] = [];
  for (let run = -WARM_UP_RUNS; run < options.runs; run++) {
    for (const { contender, command } of commands) {
      const cost = await measureOnce(launcher, command);
      const phases = phasesOf(cost, clouds.core.log.requests);
      if (run >= 0) costs.get(contender)?.push({ ...cost, phases });
      clouds.core.log.clear();
    }
    const { wallUs } = await measureOnce(launcher, bareCommand);
    if (run >= 0) bareMs.push(wallUs / 1000);
    clouds.core.log.clear();
  }
  const bare = { requests: scenario.requests, wallMs: median(bareMs) };
  const rows = [...costs].map(([contender, list]) => rowOf(contender, list));
  return { plugin: scenario.plugin, title: scenario.title, latencyMs: options.latencyMs, rows, bare };
}

function bareCommandOf({ requests }: Scenario): Command {
  const { address, port } = METADATA;
  const args = [`${address}:${port}`, String(requests)];
  return { path: buildBareClient(), args, env: {}, stdinFile: "/dev/null" };
}

/** The command of every contender for the scenario's image, each with a copy of the executable. */
export async function commandsOf(
  scenario: Scenario,
  clouds: Clouds,
  contenders: readonly Contender[],
): Promise<readonly { readonly contender: Contender; readonly command: Command }[]> {
  const stdinFile = join(clouds.core.directory, "request.json");
  const request = {
    kind: "CredentialProviderRequest",
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    image: scenario.image,
  };
  writeFileSync(stdinFile, `${JSON.stringify(request)}\n`);
  const args = await scenario.args(clouds);
  const env = {
    PATH: "/usr/bin:/bin",
    SSL_CERT_FILE: clouds.core.caFile,
    // Not the user's own AWS files, but none, as on a node.
    AWS_CONFIG_FILE: join(clouds.core.directory, "no-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(clouds.core.directory, "no-credentials"),
  };
  return contenders.map((contender) => ({
    contender,
    command: { path: copyOf(contender, clouds.core.directory), args, env, stdinFile },
  }));
}

/**
 * A copy of the executable, as on a node. How a file was written determines the sizes of its pieces in the page cache,
 * and so how much of it counts for a process that reads a part.
 */
function copyOf({ path }: Contender, directory: string): string {
  const copy = join(mkdtempSync(join(directory, "executable-")), basename(path));
  copyFileSync(path, copy);
  return copy;
}

function rowOf({ label, ours, bytes, comparedWith }: Contender, costs: readonly Measured[]): Row {
  return {
    label,
    ours,
    bytes,
    runs: costs.length,
    ...medianCost(costs),
    phases: medianPhases(costs.map(({ phases }) => phases)),
    ...(comparedWith === undefined ? {} : { comparedWith }),
  };
}
