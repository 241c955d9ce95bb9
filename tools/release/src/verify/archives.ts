import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { notInstalled, run } from "@imagecred/workspace";
import type { Step } from "./step.ts";

/** Files that every archive must contain besides the executable. */
const DOCUMENTS = ["LICENSE", "THIRD_PARTY_NOTICES"];

export const tarballs: Step = {
  name: "tar of every .tar.gz: contents, owner, and the asset itself",
  skip: () => notInstalled("tar"),
  run(directory) {
    const archives = globSync("*/*/*.tar.gz", { cwd: directory });
    for (const archive of archives) lookInto(join(directory, archive));
    return `${archives.length} archives`;
  },
};

export const zips: Step = {
  name: "unzip -t of every .zip",
  skip: () => notInstalled("unzip"),
  run(directory) {
    const archives = globSync("*/*/*.zip", { cwd: directory });
    for (const archive of archives) {
      run("unzip", ["-t", "-q", join(directory, archive)]);
      requireDocuments(run("unzip", ["-Z1", join(directory, archive)]).split("\n"), archive);
    }
    return `${archives.length} archives`;
  },
};

function lookInto(archive: string): void {
  const listing = run("tar", ["-tvzf", archive, "--numeric-owner"]).trim().split("\n");
  for (const line of listing)
    if (!/^-rw?[rwx-]{8} 0\/0 /.test(line)) throw new Error(`${archive}: not owned by root: ${line}`);
  const names = listing.map((line) => line.split(/\s+/).at(-1) ?? "");
  requireDocuments(names, archive);
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-verify-"));
  try {
    run("tar", ["-xzf", archive, "-C", scratch]);
    const program = names.find((name) => basename(archive).startsWith(name));
    if (program === undefined) throw new Error(`${archive} holds no executable of its name`);
    const asset = archive.replace(/-\d+\.\d+\.\d+[^-]*-(linux-\w+(?:-nodejs)?)\.tar\.gz$/, "-$1");
    if (!readFileSync(join(scratch, program)).equals(readFileSync(asset)))
      throw new Error(`${archive} holds another executable than ${asset}`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function requireDocuments(names: readonly string[], archive: string): void {
  for (const name of DOCUMENTS) if (!names.includes(name)) throw new Error(`${archive} has no ${name}`);
}
