import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";

/** A program that we ship. */
export interface Executable {
  /** File name when installed, which is also its name in a CredentialProviderConfig. */
  readonly name: string;
  /** Short name, as `--only` takes it. */
  readonly short: string;
  /** Directory of its package. */
  readonly directory: string;
  /** Module to bundle. */
  readonly entry: string;
  /** Whether the static build follows its dependencies' `browser` fields: the AWS SDK's Node files want Node's http. */
  readonly browserFields: boolean;
}

function executable(short: string, packageName: string, name: string, browserFields = false): Executable {
  const directory = join(root, "packages", packageName);
  return { short, name, directory, entry: join(directory, "src", "main.ts"), browserFields };
}

export const executables: readonly Executable[] = [
  executable("ecr", "ecr", "ecr-credential-provider", true),
  executable("acr", "acr", "acr-credential-provider"),
  executable("gcr", "gcr", "gcr-credential-provider"),
  executable("imagecred", "cli", "imagecred"),
];

/** Whether its entry has been written. */
export function exists(executable: Executable): boolean {
  return existsSync(executable.entry);
}

/** Version of its package, which is what `--version` prints. */
export function versionOf(executable: Executable): string {
  const manifest: unknown = JSON.parse(readFileSync(join(executable.directory, "package.json"), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new Error(`${executable.directory}/package.json has no version`);
}
