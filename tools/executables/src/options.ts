import { parseArgs } from "node:util";
import {
  DIST,
  ownPlatform,
  type Platform,
  platformNamed,
  RUNTIMES,
  type Runtime,
  ToolError,
} from "@imagecred/workspace";
import { PROFILES, type Profile } from "./cargo.ts";
import { type Program, programs } from "./programs.ts";

export const USAGE = `usage: node tools/executables/src/main.ts [options]
  --only NAME,...        of ${programs.map(({ short }) => short).join(", ")} (default: all)
  --runtime NAME,...     of static, nodejs (default: both)
  --platform NAME        linux-amd64, linux-arm64, windows-amd64 or windows-arm64 (default: this machine's)
  --profile NAME         how the static runtime is compiled: release (the default), named (the same with the names of
                         its functions, for a profiler), fast (links in seconds), or sanitized
                         (for tests, with AddressSanitizer)
  --cached-runtime       static only if the runtime is already compiled
  --out DIRECTORY        (default: dist)
  --analyze              print what each executable is made of
  --help`;

export interface BuildOptions {
  readonly only: readonly Program[];
  readonly runtimes: readonly Runtime[];
  readonly platform: Platform;
  readonly profile: Profile;
  readonly cachedRuntime: boolean;
  readonly out: string;
  readonly analyze: boolean;
  readonly help: boolean;
}

/** @throws {ToolError} for an unknown name; parseArgs' TypeError for an unknown flag */
export function parseOptions(args: readonly string[]): BuildOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      runtime: { type: "string", default: RUNTIMES.join() },
      platform: { type: "string" },
      profile: { type: "string", default: "release" },
      "cached-runtime": { type: "boolean", default: false },
      out: { type: "string", default: DIST },
      analyze: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    only: values.only === undefined ? programs : values.only.split(",").map(programNamed),
    runtimes: values.runtime.split(",").map((name) => oneOf(name, RUNTIMES, "--runtime")),
    platform: values.platform === undefined ? ownPlatform() : platformNamed(values.platform),
    profile: oneOf(values.profile, PROFILES, "--profile"),
    cachedRuntime: values["cached-runtime"],
    out: values.out,
    analyze: values.analyze,
    help: values.help,
  };
}

function programNamed(name: string): Program {
  const found = programs.find((program) => program.short === name || program.name === name);
  if (found === undefined) throw new ToolError(`no program ${name}\n${USAGE}`);
  return found;
}

function oneOf<const Name extends string>(name: string, names: readonly Name[], flag: string): Name {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined) throw new ToolError(`${flag} ${name}: not one of ${names.join(", ")}`);
  return found;
}
