import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FLAVORS, type Program, suffixOf } from "./assets.ts";
import type { Component } from "./components.ts";
import { type BuiltRuntime, RUNTIME_FILE } from "./npm/runtime-packages.ts";
import type { Built } from "./tree.ts";

/**
 * Executables on their way from the machine that built them to the one that writes the tree: each architecture's static
 * executables are built on a runner of its own, and the tree has one list of checksums and one image index for all.
 */
interface Inventory {
  readonly program: Program;
  readonly file: string;
  readonly components: readonly Component[];
}

const INVENTORY = "inventory.json";

/** A static runtime without a program, which goes into an npm package. */
interface RuntimeInventory {
  readonly arch: BuiltRuntime["arch"];
  readonly components: readonly Component[];
}

const RUNTIMES = "runtimes.json";

/** Writes the runtimes into `directory`, next to the executables. */
export function handOverRuntimes(runtimes: readonly BuiltRuntime[], directory: string): void {
  for (const { arch, path, components } of runtimes) {
    const target = runtimeDirectory(directory, arch);
    mkdirSync(target, { recursive: true });
    copyFileSync(path, join(target, RUNTIME_FILE));
    writeFileSync(join(target, RUNTIMES), JSON.stringify({ arch, components } satisfies RuntimeInventory));
  }
}

/** Every runtime that was handed over in `directory`; there may be none. */
export function takeOverRuntimes(directory: string): readonly BuiltRuntime[] {
  return (["amd64", "arm64"] as const).flatMap((arch) => {
    const from = runtimeDirectory(directory, arch);
    if (!existsSync(join(from, RUNTIMES))) return [];
    const { components } = JSON.parse(readFileSync(join(from, RUNTIMES), "utf8")) as RuntimeInventory;
    return [{ arch, path: join(from, RUNTIME_FILE), components }];
  });
}

function runtimeDirectory(directory: string, arch: BuiltRuntime["arch"]): string {
  return join(directory, `runtime-linux-${arch}`);
}

/** Writes `<directory>/<flavor>/` with the executables of a flavor and what is in them. */
export function handOver(built: readonly Built[], directory: string): void {
  for (const [flavor, executables] of Map.groupBy(built, ({ flavor }) => suffixOf(flavor))) {
    const target = join(directory, flavor);
    mkdirSync(target, { recursive: true });
    const inventory = executables.map(({ program, path, components }): Inventory => {
      copyFileSync(path, join(target, basename(path)));
      return { program, file: basename(path), components };
    });
    writeFileSync(join(target, INVENTORY), JSON.stringify(inventory));
  }
}

/** Everything that was handed over in `directory`. @throws when there is nothing */
export function takeOver(directory: string): readonly Built[] {
  const built = FLAVORS.flatMap((flavor): Built[] => {
    const inventory = join(directory, suffixOf(flavor), INVENTORY);
    if (!existsSync(inventory)) return [];
    const entries = JSON.parse(readFileSync(inventory, "utf8")) as readonly Inventory[];
    return entries.map(({ program, file, components }) => ({
      program,
      flavor,
      path: join(dirname(inventory), file),
      components,
    }));
  });
  if (built.length === 0) throw new Error(`${directory} has no executables that were handed over`);
  return built;
}
