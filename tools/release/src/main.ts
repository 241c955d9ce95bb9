import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Helm, whyNoHelm } from "@imagecred/chart";
import { programs, versionOf } from "@imagecred/executables";
import { DIST, Progress, ROOT, run, ToolError, toolFlags } from "@imagecred/workspace";
import { FLAVORS, type Flavor, suffixOf } from "./assets.ts";
import { buildFlavor, runtimesOf, whyNotFlavor } from "./builds.ts";
import { missingForGoTools } from "./go-tools.ts";
import { handOver, handOverRuntimes, takeOver, takeOverRuntimes } from "./handover.ts";
import { writePage } from "./page/write-page.ts";
import { buildFromNothing } from "./second-build.ts";
import { smokeTest } from "./smoke.ts";
import { type Built, writeTree } from "./tree.ts";

const USAGE = `Usage: npm run release -- [flags]

Builds everything that is published into dist/release/<version>/: assets, checksums, SBOMs, notices, archives, deb, rpm,
image layouts, the Helm chart and the npm packages, for every platform that this machine can build. Says what it leaves out.
The same files as a GitHub release has them, with release notes and manifests for krew, Homebrew and scoop, are in
dist/release-page/.

  --only FLAVOR,...   some of ${FLAVORS.map(suffixOf).join(", ")}
  --once              do not build a second time, from nothing, to compare
  --executables DIR   stop after building: hand the executables over in DIR, for --from on another machine
  --from DIR          write the tree from executables that were handed over, instead of building
  --strict            fail when a chosen flavor cannot be built here, instead of leaving it out
  --help
`;

const { values: flags } = toolFlags(USAGE, {
  options: {
    only: { type: "string", default: FLAVORS.map(suffixOf).join(",") },
    once: { type: "boolean", default: false },
    executables: { type: "string" },
    from: { type: "string" },
    strict: { type: "boolean", default: false },
  },
});
await release();

async function release(): Promise<void> {
  const version = versionOfAll();
  const directory = join(DIST, "release", version);
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-release-"));
  try {
    const flavors = flags.from === undefined ? chosenFlavors() : [];
    // A tree and a page come after the executables, unless these are handed over.
    const steps = flavors.length * (flags.once ? 2 : 3) + (flags.executables === undefined ? 2 : 0);
    const progress = new Progress(steps);
    const built =
      flags.from === undefined ? await buildAll(flavors, scratch, progress) : takeOver(flags.from);
    const runtimes = flags.from === undefined ? runtimesOf(built) : takeOverRuntimes(flags.from);
    if (flags.executables !== undefined) {
      handOver(built, flags.executables);
      handOverRuntimes(runtimes, flags.executables);
      console.log(`${built.length} executables are in ${flags.executables}`);
      return;
    }
    const goTools = missingForGoTools();
    if (goTools !== undefined) leftOut("deb and rpm", goTools);
    const noHelm = await whyNoHelm("helm may be built");
    if (noHelm !== undefined) leftOut("the Helm chart", noHelm);
    const endTree = progress.step(relative(process.cwd(), directory));
    await writeTree(built, {
      directory,
      version,
      sourceDateEpoch: sourceDateEpoch(),
      linuxPackages: goTools === undefined,
      runtimes,
      helm: noHelm === undefined ? await Helm.get() : undefined,
      say: (line) => progress.note(`  ${line}`),
    });
    endTree("written");
    const page = join(DIST, "release-page", version);
    const endPage = progress.step(relative(process.cwd(), page));
    writePage({ tree: directory, version, directory: page });
    endPage("written, with NOTES.md next to it");
    console.log("The release is complete; npm run release:verify looks at it with public tools.");
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The flavors of --only that can be built here. @throws {ToolError} for an unknown one, and when none is left */
function chosenFlavors(): readonly Flavor[] {
  const chosen = flags.only.split(",");
  const unknown = chosen.filter((name) => !FLAVORS.some((flavor) => suffixOf(flavor) === name));
  if (unknown.length > 0) {
    throw new ToolError(`--only ${unknown.join(",")}: not one of ${FLAVORS.map(suffixOf).join(", ")}`);
  }
  const flavors = FLAVORS.filter((flavor) => {
    if (!chosen.includes(suffixOf(flavor))) return false;
    const reason = whyNotFlavor(flavor);
    if (reason !== undefined) leftOut(suffixOf(flavor), reason);
    return reason === undefined;
  });
  if (flavors.length === 0) throw new ToolError(`nothing of ${flags.only} can be built on this machine`);
  return flavors;
}

async function buildAll(
  flavors: readonly Flavor[],
  scratch: string,
  progress: Progress,
): Promise<readonly Built[]> {
  const built: Built[] = [];
  for (const flavor of flavors) {
    const name = suffixOf(flavor);
    const endBuild = progress.step(`build ${name}`);
    const first = await buildFlavor(flavor, join(scratch, "first"));
    endBuild(`${first.length} executables`);
    if (!flags.once) {
      const endSecond = progress.step(`build ${name} again, from nothing`);
      compare(first, buildFromNothing(flavor, scratch));
      endSecond("the same bytes");
    }
    const endTest = progress.step(`try ${name}`);
    endTest(await smokeTest(first, flavor));
    built.push(...first);
  }
  return built;
}

/** The same commit gives the same bytes, or it is not released. */
function compare(first: readonly Built[], second: readonly Built[]): void {
  for (const [index, { path, program, flavor }] of first.entries()) {
    const other = second[index];
    if (other === undefined || !readFileSync(path).equals(readFileSync(other.path))) {
      throw new ToolError(`${program} ${suffixOf(flavor)}: two builds differ (${path}, ${other?.path})`);
    }
  }
}

function leftOut(what: string, reason: string): void {
  if (flags.strict) throw new ToolError(`${what} cannot be made here: ${reason}`);
  console.log(`left out ${what}: ${reason}`);
}

/** All programs are released together, under one version. */
function versionOfAll(): string {
  const versions = [...new Set(programs.map(versionOf))];
  const [version] = versions;
  if (version === undefined || versions.length > 1)
    throw new ToolError(`the programs have different versions: ${versions.join(", ")}`);
  return version;
}

/** Seconds: SOURCE_DATE_EPOCH (reproducible-builds.org), else the commit's time. */
function sourceDateEpoch(): number {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined && given !== "") return Number(given);
  return Number(run("git", ["log", "-1", "--format=%ct"], { cwd: ROOT }).trim());
}
