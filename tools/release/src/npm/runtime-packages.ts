import { chmodSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RuntimeEntry } from "@imagecred/build";
import { ROOT } from "@imagecred/workspace";
import type { Flavor } from "../assets.ts";
import { sha256 } from "../checksums.ts";
import type { Component } from "../components.ts";
import { thirdPartyNotices } from "../notices.ts";
import { COMMON } from "./manifest.ts";
import { writeJson } from "./workshop.ts";

/** A compiled static runtime, without a program, and what is linked into it. */
export interface BuiltRuntime {
  readonly arch: Flavor["arch"];
  readonly path: string;
  readonly components: readonly Component[];
}

/** File name of the runtime in its npm package. */
export const RUNTIME_FILE = "imagecred-runtime";

/** Node.js's names of the processors, which npm packages go by. */
const NPM_ARCH = { amd64: "x64", arm64: "arm64" } as const;

/** `@imagecred/runtime-linux-x64`. */
export function runtimePackageName(arch: Flavor["arch"]): string {
  return `@imagecred/runtime-linux-${NPM_ARCH[arch]}`;
}

/**
 * Writes the npm package of a static runtime into `directory`. It has no `cpu`: a build on one processor makes executables
 * for the other, too.
 */
export function makeRuntimePackage(
  { arch, path, components }: BuiltRuntime,
  directory: string,
  version: string,
): RuntimeEntry {
  const name = runtimePackageName(arch);
  cpSync(path, join(directory, RUNTIME_FILE));
  chmodSync(join(directory, RUNTIME_FILE), 0o755);
  cpSync(join(ROOT, "LICENSE"), join(directory, "LICENSE"));
  writeFileSync(join(directory, "THIRD_PARTY_NOTICES"), thirdPartyNotices(RUNTIME_FILE, components));
  writeFileSync(
    join(directory, "README.md"),
    `# ${name}\n\nThe static runtime for linux/${arch} that [@imagecred/build](https://www.npmjs.com/package/@imagecred/build) makes executables of.\n`,
  );
  writeJson(join(directory, "package.json"), {
    name,
    version,
    description: `The static runtime for linux/${arch}, of which @imagecred/build makes executables`,
    ...COMMON,
    type: "module",
    files: [RUNTIME_FILE, "THIRD_PARTY_NOTICES"],
    os: ["linux"],
    preferUnplugged: true,
  });
  return { package: name, file: RUNTIME_FILE, sha256: sha256(readFileSync(path)) };
}
