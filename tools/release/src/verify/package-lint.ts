import { existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type DebianRoot, debianRoot, run, ToolError, whyNoDebianRoot } from "@imagecred/workspace";
import type { Step } from "./step.ts";

/** A Debian that has the distributions' own checkers, and what else looks at files of a release. */
const CHECKERS: DebianRoot = { suite: "stable", packages: ["lintian", "rpmlint", "rpm", "ruby", "man-db"] };

/** Runs a command in that Debian, with these files in its working directory. @throws {ToolError} with its output */
function inDebian(files: readonly string[], command: string): string {
  const root = debianRoot(CHECKERS);
  const directory = mkdtempSync(join(root, "tmp", "verify-"));
  try {
    for (const file of files) run("cp", [file, directory]);
    return run("chroot", [root, "sh", "-ec", `cd /tmp/${basename(directory)}\n${command}`], {
      env: { LC_ALL: "C.UTF-8" },
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Making the chroot takes minutes; it is cached. */
const skip = () => whyNoDebianRoot(CHECKERS);

export const lintian: Step = {
  name: "lintian of every .deb: no errors",
  skip,
  run(directory) {
    const packages = globSync("linux/*/*.deb", { cwd: directory }).map((file) => join(directory, file));
    if (packages.length === 0) throw new Error("there is no .deb");
    const output = inDebian(packages, "lintian --allow-root --fail-on error --no-tag-display-limit *.deb");
    const warnings = output.split("\n").filter((line) => line.startsWith("W:"));
    return `${packages.length} packages, ${warnings.length} warnings`;
  },
};

/** The executables are static, the list of checksums is signed and not each package, and rpmlint's dictionary has no kubelet. */
const ACCEPTED = / E: (?:statically-linked-binary|no-signature|spelling-error) ?/;

export const rpmlint: Step = {
  name: "rpmlint of every .rpm: no errors but those that are so on purpose",
  skip,
  run(directory) {
    const packages = globSync("linux/*/*.rpm", { cwd: directory }).map((file) => join(directory, file));
    if (packages.length === 0) throw new Error("there is no .rpm");
    const output = inDebian(packages, "rpmlint *.rpm || true");
    const errors = output.split("\n").filter((line) => / E: /.test(line) && !ACCEPTED.test(line));
    if (errors.length > 0) throw new ToolError(errors.join("\n"));
    return `${packages.length} packages`;
  },
};

export const manuals: Step = {
  name: "man of the manual pages in the .deb, without a warning",
  skip,
  run(directory) {
    const packages = globSync("linux/amd64/*.deb", { cwd: directory }).map((file) => join(directory, file));
    const output = inDebian(
      packages,
      `for package in *.deb; do dpkg-deb -x "$package" out; done
for page in out/usr/share/man/*/*; do man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null; echo "$page"; done`,
    );
    const lines = output.trim().split("\n");
    const warnings = lines.filter((line) => !line.startsWith("out/"));
    if (warnings.length > 0) throw new ToolError(warnings.join("\n"));
    return `${lines.length} pages`;
  },
};

/** `ruby -c`: the syntax only, since Homebrew itself is in no registry. */
export const formula: Step = {
  name: "ruby -c of the Homebrew formula",
  skip,
  run(directory) {
    const path = pageFile(directory, "imagecred.rb");
    return inDebian([path], "ruby -c imagecred.rb").trim();
  },
};

/** A file of the release page that belongs to a tree `dist/release/VERSION`. */
export function pageFile(tree: string, name: string): string {
  const path = join(tree, "../../release-page", basename(tree), name);
  if (!existsSync(path)) throw new Error(`there is no ${name} on the release page`);
  return path;
}
