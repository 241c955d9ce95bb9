import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

/** The project cannot be made. The message says all that there is to say. */
export class CreateError extends Error {
  override readonly name = "CreateError";
}

const TEMPLATE = join(import.meta.dirname, "../template");

/** What the template's files have in the place of the project's name. */
const PLACEHOLDER = "example-credential-provider";

/** Files that npm would leave out of a package, or read as its own, under their real names. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "package.template.json": "package.json",
};

/**
 * Writes a project into `target`, which must not exist or be empty. The directory's name is the plugin's: of its executable and
 * of its entry in a CredentialProviderConfig.
 * @param version of the imagecred packages that the project gets
 * @returns paths of the files, relative to `target`, sorted
 * @throws {CreateError} for a name that no plugin can have, or a directory with something in it
 */
export function createProject(target: string, version: string): readonly string[] {
  const name = basename(resolve(target));
  // The kubelet refuses a name with a slash, a space, "." and ".."; npm wants lower case (ValidateName, package.json).
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
