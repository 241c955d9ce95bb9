import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE, type GoProgram, GoPrograms, recordBuildTime, runSlowCommand } from "@imagecred/workspace";

const go = new GoPrograms(join(import.meta.dirname, "../go"));
const python = join(import.meta.dirname, "../python");

const GO_PROGRAMS = {
  /** Pulls and pushes images with a Docker configuration file. */
  crane: {
    name: "crane",
    module: "crane",
    package: "github.com/google/go-containerregistry/cmd/crane",
  },
  /** The CNCF's registry, the one in most others. */
  registry: {
    name: "distribution",
    module: "distribution",
    package: "github.com/distribution/distribution/v3/cmd/registry",
  },
  /** AWS's own mock of the instance metadata service. */
  metadataMock: {
    name: "ec2-metadata-mock",
    module: "metadata-mock",
    package: "github.com/aws/amazon-ec2-metadata-mock/cmd/ec2-metadata-mock",
  },
} satisfies Readonly<Record<string, GoProgram>>;

/** Paths of the programs of others. */
export interface Programs extends Readonly<Record<keyof typeof GO_PROGRAMS, string>> {
  /** Python with moto in it; {@link MOTO_SERVER} is its first argument. */
  readonly python: string;
}

/** Starts moto; arguments as moto_server's. */
export const MOTO_SERVER = join(python, "moto_server.py");

/** moto and everything that it needs, each at one version. */
const REQUIREMENTS = join(python, "moto.txt");

/** Names of the programs that the cache does not have yet. */
export async function programsToBuild(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const program of Object.values(GO_PROGRAMS))
    if ((await go.cached(program)) === undefined) missing.push(program.name);
  return existsSync(installed(environment())) ? missing : [...missing, "moto"];
}

/** Builds what the cache lacks. @throws {ToolError} with the output of the compiler or of pip */
export async function buildPrograms(): Promise<Programs> {
  const { crane, registry, metadataMock } = GO_PROGRAMS;
  return {
    crane: await go.build(crane),
    registry: await go.build(registry),
    metadataMock: await go.build(metadataMock),
    python: await installMoto(),
  };
}

/** The Python environment's directory. An environment cannot be moved, so it is created in its final place. */
function environment(): string {
  const key = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 32);
  return join(CACHE, "moto", key);
}

/** Exists once the installation has finished. */
const installed = (directory: string) => join(directory, "installed");

async function installMoto(): Promise<string> {
  const directory = environment();
  const path = join(directory, "bin", "python3");
  if (existsSync(installed(directory))) return path;
  await runSlowCommand("python3", ["-m", "venv", "--clear", directory], { cwd: CACHE });
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const pip = ["-m", "pip", "install", ...options, "-r", REQUIREMENTS];
  recordBuildTime(directory, await runSlowCommand(path, pip, { cwd: CACHE }));
  writeFileSync(installed(directory), "");
  return path;
}
