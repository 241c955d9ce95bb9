import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

/** The project cannot be created. The message is complete without a stack trace. */
export class CreateError extends Error {
  override readonly name = "CreateError";
}

const TEMPLATE = join(import.meta.dirname, "../template");

/** The project's name in the template's files. */
const PLACEHOLDER = "example-credential-provider";

/** Real names of files that npm would omit from a package, or read as its own. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "package.template.json": "package.json",
};

/**
 * Writes a project into `target`, which must not exist or must be empty. The directory's name becomes the plugin's name: of
 * its executable and of its entry in a CredentialProviderConfig.
 * @param version version of the project's imagecred packages
 * @returns paths of the files, relative to `target`, sorted
 * @throws {CreateError} if a plugin cannot have the name, or the directory is not empty
 */
export function createProject(target: string, version: string): readonly string[] {
  const name = basename(resolve(target));
  // The kubelet rejects a slash, a space, "." and ".."; npm requires lower case (ValidateName, package.json).
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    throw new CreateError(
      `${JSON.stringify(name)} cannot be a plugin's name: use lower case letters, digits, "-", "_" and ".", such as registry-credential-provider`,
    );
  }
  if (existsSync(target) && readdirSync(target).length > 0) throw new CreateError(`${target} is not empty`);
  const files = readdirSync(TEMPLATE, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const written = files.map(({ parentPath, name: file }) => {
    const path = relative(TEMPLATE, join(parentPath, RENAMED[file] ?? file));
    const text = readFileSync(join(parentPath, file), "utf8")
      .replaceAll(PLACEHOLDER, name)
      .replaceAll("IMAGECRED_VERSION", version);
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
    return path;
  });
  return written.toSorted();
}
