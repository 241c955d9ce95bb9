import { parseArgs } from "node:util";
import type { Runtime } from "./bundle.ts";
import type { HostProfile } from "./cargo.ts";
import { type Executable, executables } from "./executables.ts";
import { distDirectory } from "./paths.ts";
import { ownPlatform, type Platform, platformNamed } from "./platforms.ts";
import { BuildError } from "./say.ts";

export const USAGE = `usage: node tools/executables/src/main.ts [options]
  --only NAME,...        of ${executables.map(({ short }) => short).join(", ")} (default: all)
  --runtime NAME,...     of static, node (default: both)
  --platform NAME        linux-amd64, linux-arm64, windows-amd64 or windows-arm64 (default: this machine's)
  --host release|fast    how the static runtime is compiled; fast links in seconds (default: release)
  --cached-host          static only where the runtime need not be compiled first
  --out DIRECTORY        (default: dist)
  --analyze              print what each executable is made of
  --help`;

export interface BuildOptions {
  readonly only: readonly Executable[];
  readonly runtimes: readonly Runtime[];
  readonly platform: Platform;
  readonly hostProfile: HostProfile;
  readonly cachedHost: boolean;
  readonly out: string;
  readonly analyze: boolean;
  readonly help: boolean;
}

/** @throws {BuildError} for what it does not know */
export function parseOptions(args: readonly string[]): BuildOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      runtime: { type: "string", default: "static,node" },
      platform: { type: "string" },
      host: { type: "string", default: "release" },
      "cached-host": { type: "boolean", default: false },
      out: { type: "string", default: distDirectory },
      analyze: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    only: values.only === undefined ? executables : values.only.split(",").map(executableNamed),
    runtimes: values.runtime.split(",").map((name) => oneOf(name, ["static", "node"], "--runtime")),
    platform: values.platform === undefined ? ownPlatform() : platformNamed(values.platform),
    hostProfile: oneOf(values.host, ["release", "fast"], "--host"),
    cachedHost: values["cached-host"],
    out: values.out,
    analyze: values.analyze,
    help: values.help,
  };
}

function executableNamed(name: string): Executable {
  const found = executables.find((executable) => executable.short === name || executable.name === name);
  if (found === undefined) throw new BuildError(`no executable ${name}\n${USAGE}`);
  return found;
}

function oneOf<const Name extends string>(name: string, names: readonly Name[], flag: string): Name {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined) throw new BuildError(`${flag} ${name}: not one of ${names.join(", ")}`);
  return found;
}
