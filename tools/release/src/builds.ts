import { join } from "node:path";
import { buildExecutable, crateDirectory, programs, staticRuntimeFor, whyNot } from "@imagecred/executables";
import { fileName, type Platform, platformNamed, ROOT } from "@imagecred/workspace";
import { type Flavor, PROGRAMS, suffixOf } from "./assets.ts";
import { cargoComponents } from "./cargo-components.ts";
import type { Component } from "./components.ts";
import { nodeComponent } from "./node-components.ts";
import type { BuiltRuntime } from "./npm/runtime-packages.ts";
import { npmComponents } from "./npm-components.ts";
import type { Built } from "./tree.ts";

/** The platform of a flavor, as tools/workspace defines it. */
export function platformOf({ os, arch }: Flavor): Platform {
  return platformNamed(`${os}-${arch}`);
}

/** Why a flavor cannot be built on this machine, or undefined. */
export function whyNotFlavor(flavor: Flavor): string | undefined {
  return whyNot(flavor.runtime, platformOf(flavor));
}

/** Builds every program of a flavor into `directory/<flavor>/`. */
export async function buildFlavor(flavor: Flavor, directory: string): Promise<readonly Built[]> {
  const platform = platformOf(flavor);
  const runtime = runtimeComponents(flavor, platform);
  const built: Built[] = [];
  for (const program of PROGRAMS) {
    const known = programs.find(({ name }) => name === program);
    if (known === undefined) throw new Error(`tools/executables does not know ${program}`);
    const path = join(directory, suffixOf(flavor), fileName(program, platform));
    const metafile = await buildExecutable(known, flavor.runtime, platform, path);
    built.push({ program, flavor, path, components: [...runtime, ...npmComponents(metafile, ROOT)] });
  }
  return built;
}

/** The static runtimes of what was built, for npm; each was compiled with its flavor's executables. */
export function runtimesOf(built: readonly Built[]): readonly BuiltRuntime[] {
  const flavors = new Set(built.map(({ flavor }) => flavor).filter(({ runtime }) => runtime === "static"));
  return [...flavors].map((flavor) => {
    const platform = platformOf(flavor);
    return {
      arch: flavor.arch,
      path: staticRuntimeFor(platform, "release"),
      components: runtimeComponents(flavor, platform),
    };
  });
}

function runtimeComponents({ runtime }: Flavor, platform: Platform): readonly Component[] {
  if (runtime === "nodejs") return [nodeComponent(platform)];
  if (platform.rustTarget === undefined) throw new Error(`no static runtime for ${platform.name}`);
  return cargoComponents(crateDirectory, platform.rustTarget);
}
