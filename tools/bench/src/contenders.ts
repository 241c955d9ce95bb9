import { copyFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { vendorPlugin, vendorPluginsMissing } from "@imagecred/drop-in";
import { executablePath, RUNTIMES } from "@imagecred/workspace";
import type { Scenario } from "./scenarios.ts";

/** An executable to measure. */
export interface Contender {
  /** "static", "nodejs", or the label for `--against`. */
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  readonly ours: boolean;
  /** Label of the contender that this one is compared with. */
  readonly comparedWith?: string;
}

/** Our existing builds of a plugin. @param comparedWith label of another contender */
export function ourContenders({ executable }: Scenario, comparedWith?: string): readonly Contender[] {
  return RUNTIMES.map((label) => ({ label, path: executablePath(executable, label) }))
    .filter(({ path }) => existsSync(path))
    .map(({ label, path }) => ({
      label,
      path,
      bytes: statSync(path).size,
      ours: true,
      ...(comparedWith === undefined ? {} : { comparedWith }),
    }));
}

/**
 * Our builds of a plugin and the builds of another commit, each compared with the other one on the same runtime. All of
 * them are copied first: the layout of a file in the page cache changes the resident size of the process, by half for the
 * same bytes. Fresh copies have the same layout.
 * @param dist the other build's `dist/` directory @param scratch an empty directory for the copies
 */
export function withBaseline(scenario: Scenario, dist: string, scratch: string): readonly Contender[] {
  const copyOf = (contender: Contender): Contender => {
    const path = join(scratch, `${scenario.plugin} ${contender.label}`);
    copyFileSync(contender.path, path);
    return { ...contender, path };
  };
  return ourContenders(scenario).flatMap((contender): Contender[] => {
    const runtime = RUNTIMES.find((name) => name === contender.label) ?? "static";
    const path = executablePath(scenario.executable, runtime, { dist });
    if (!existsSync(path)) return [contender];
    const baseline = otherContender(path, `${contender.label} before`);
    return [copyOf({ ...contender, comparedWith: baseline.label }), copyOf(baseline)];
  });
}

export function otherContender(path: string, label: string): Contender {
  return { label, path, bytes: statSync(path).size, ours: false };
}

/** The vendor's Go plugin, built from the Go module proxy. @returns undefined without a Go toolchain */
export function vendorContender({ plugin }: Scenario): Contender | undefined {
  const missing = vendorPluginsMissing();
  if (missing !== undefined) {
    console.log(missing);
    return undefined;
  }
  const { path, release } = vendorPlugin(plugin);
  return otherContender(path, `Go (${release})`);
}
