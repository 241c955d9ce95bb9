import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BuildError } from "./build-error.ts";
import { STATIC_PLATFORMS, type StaticPlatform } from "./runtimes.ts";

/** The text of `--help`. */
export const USAGE = `Usage: imagecred-build ENTRY [options]

Builds static Linux executables from ENTRY (src/main.ts) and everything that it imports, with the runtime of imagecred's own
plugins. Each executable is one file without dependencies.

  --name NAME           file name of the executables (default: the name in package.json)
  --platform NAME,...   ${STATIC_PLATFORMS.join(", ")} (default: all)
  --out DIRECTORY       writes DIRECTORY/PLATFORM/NAME (default: dist)
  --help                show this text
`;

/** The options of one run of `imagecred-build`. */
export interface Options {
  readonly entry: string;
  readonly name: string;
  readonly platforms: readonly StaticPlatform[];
  readonly out: string;
}

/**
 * Parses the command line.
 * @param platforms the default platforms
 * @returns undefined for `--help`
 * @throws {BuildError} if the command line is wrong
 */
export function parseOptions(
  args: readonly string[],
  directory: string,
  platforms: readonly StaticPlatform[] = STATIC_PLATFORMS,
): Options | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [entry, ...more] = positionals;
  if (entry === undefined || more.length > 0) throw new BuildError(`expected one ENTRY\n\n${USAGE}`);
  if (!existsSync(resolve(directory, entry))) throw new BuildError(`${entry}: no such file`);
  const name = values.name ?? packageName(directory);
  if (!/^[\w][\w.-]*$/.test(name)) throw new BuildError(`--name ${name}: not a file name`);
  return {
    entry,
    name,
    platforms: values.platform?.split(",").map(platformNamed) ?? platforms,
    out: values.out,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string" },
        platform: { type: "string" },
        out: { type: "string", default: "dist" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    // Node.js's own message: "Unknown option '--nmae'".
    throw new BuildError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`, { cause: error });
  }
}

function platformNamed(name: string): StaticPlatform {
  const found = STATIC_PLATFORMS.find((platform) => platform === name);
  if (found === undefined)
    throw new BuildError(`--platform ${name}: not one of ${STATIC_PLATFORMS.join(", ")}`);
  return found;
}

/** The name in the nearest package.json, without its scope. */
function packageName(directory: string): string {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const path = join(at, "package.json");
    if (existsSync(path)) {
      const { name } = JSON.parse(readFileSync(path, "utf8")) as { readonly name?: string };
      if (name !== undefined) return name.replace(/^@[^/]*\//, "");
    }
    if (at === dirname(at)) throw new BuildError("there is no package.json with a name: set --name NAME");
  }
}
