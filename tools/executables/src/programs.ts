import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@imagecred/workspace";

/** A program that we ship. */
export interface Program {
  /** File name when installed, which is also its name in a CredentialProviderConfig. */
  readonly name: string;
  /** Short name, which `--only` accepts. */
  readonly short: string;
  /** Directory of its package. */
  readonly directory: string;
  /** Module to bundle. */
  readonly entry: string;
}

function program(short: string, packageName: string, name: string): Program {
  const directory = join(ROOT, "packages", packageName);
  return { short, name, directory, entry: join(directory, "src", "main.ts") };
}

export const programs: readonly Program[] = [
  program("ecr", "ecr", "ecr-credential-provider"),
  program("acr", "acr", "acr-credential-provider"),
  program("gcr", "gcr", "gcr-credential-provider"),
  program("imagecred", "cli", "imagecred"),
];

/** Version of its package, which is what `--version` prints. */
export function versionOf({ directory }: Program): string {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new Error(`${directory}/package.json has no version`);
}
