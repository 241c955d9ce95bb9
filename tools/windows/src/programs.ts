import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable, programs } from "@imagecred/executables";
import { built, driverOf, goMissing, isCached, NEWEST } from "@imagecred/kubelet-conformance";
import { fileName, platformNamed } from "@imagecred/workspace";
import { goPrograms, PARENT } from "./parent.ts";
import { installWine, type Wine, whyNoWine } from "./wine.ts";

const WINDOWS = platformNamed("windows-amd64");

/** Paths of the tests' programs on this machine. */
export interface WindowsPrograms {
  readonly wine: Wine;
  /** The kubelet's own code, as a Windows program. */
  readonly kubelet: string;
  /** See {@link PARENT}. */
  readonly parent: string;
}

/** Why the Windows executables cannot be tested here, or undefined. @param may whether minutes of preparation are acceptable */
export async function whyNoWindows(
  may: "programs may be built" | "programs are cached",
): Promise<string | undefined> {
  const cached = may === "programs are cached";
  const reason = goMissing() ?? whyNoWine(cached ? "wine is cached" : "wine may be installed");
  if (reason !== undefined || !cached) return reason;
  return isCached(driverOf(NEWEST, "windows")) && (await goPrograms.cached(PARENT)) !== undefined
    ? undefined
    : "the kubelet's code for Windows is not in the cache; npm test -- windows builds it";
}

/** Builds and installs what is not cached. */
export async function prepareWindows(): Promise<WindowsPrograms> {
  return {
    wine: installWine(),
    kubelet: built(driverOf(NEWEST, "windows")),
    parent: await goPrograms.build(PARENT),
  };
}

/** Builds the Windows executables of these sources into a directory, as the release does. */
export async function buildWindowsExecutables(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  for (const program of programs)
    await buildExecutable(program, "nodejs", WINDOWS, join(directory, fileName(program.name, WINDOWS)));
}
