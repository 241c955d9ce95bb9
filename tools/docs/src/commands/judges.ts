import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE, placeDirectory } from "@imagecred/workspace";

/** The command parser of a vendor's command line program. */
export interface Judge {
  readonly name: string;
  /** The Python program, in this directory, that asks it. */
  readonly script: string;
  /** Packages that pip installs, by exact version, in this order. Without dependencies if the first word is `--no-deps`. */
  readonly packages: readonly (readonly string[])[];
}

/** awscli 1 from PyPI: its parser, and botocore's models of the services, which check every parameter. */
export const AWS: Judge = { name: "awscli-1.46.2", script: "parse-aws.py", packages: [["awscli==1.46.2"]] };

/**
 * azure-cli from PyPI: its command tables and their arguments. Of its hundred dependencies only those that the pages' commands
 * need; modules that cannot be loaded without the others are not used.
 */
export const AZURE: Judge = {
  name: "azure-cli-2.91.0",
  script: "parse-az.py",
  packages: [
    ["--no-deps", "azure-cli==2.91.0"],
    [
      "azure-cli-core==2.91.0",
      "azure-mgmt-authorization==4.0.0",
      "azure-mgmt-msi==7.1.0",
      "python-dateutil==4.0.0",
    ],
  ],
};

/** A Python with a judge installed, or the reason why it is missing. */
export type Installed =
  | { readonly python: string; readonly missing?: undefined }
  | { readonly python: ""; readonly missing: string };

/** Installs a judge into the cache directory, once for all runs. */
export function install({ name, packages }: Judge): Installed {
  const directory = join(CACHE, "command-lines", name);
  const python = join(directory, "bin", "python");
  if (existsSync(python)) return { python };
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(dirname(unfinished), { recursive: true });
  try {
    run("python3", ["-m", "venv", unfinished]);
    const pip = [
      join(unfinished, "bin", "python"),
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
    ];
    for (const each of packages) run(pip[0] ?? "", [...pip.slice(1), ...each]);
    // Only bin/python is used, and it finds its packages wherever the directory is.
    placeDirectory(unfinished, directory);
    return { python };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { python: "", missing: `${name} cannot be installed: ${reason.split("\n")[0]}` };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
}

/** One command for a judge. */
export interface Case {
  /** Directory of the files that it names. */
  readonly directory: string;
  /** Words after the program's name. */
  readonly args: readonly string[];
}

/** A judge's verdict on a command: 0 is good. */
export interface Verdict {
  readonly code: number;
  readonly error: string;
}

/** Passes all commands to a judge in one run. No command sends anything. */
export function ask({ script }: Judge, python: string, cases: readonly Case[]): readonly Verdict[] {
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, script)], {
    input: JSON.stringify(cases),
    encoding: "utf8",
    maxBuffer: 16 << 20,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: join(CACHE, "command-lines"),
      AZURE_CONFIG_DIR: join(CACHE, "command-lines", "azure"),
      AZURE_CORE_COLLECT_TELEMETRY: "no",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      AWS_DEFAULT_REGION: "us-west-2",
      AWS_EC2_METADATA_DISABLED: "true",
      // Any attempt to reach the network would fail at once.
      HTTPS_PROXY: "http://127.0.0.1:9",
    },
  });
  if (status !== 0) throw new Error(stderr.trim());
  return JSON.parse(stdout) as readonly Verdict[];
}
