import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { notInstalled, run } from "@imagecred/workspace";
import type { Step } from "./step.ts";

export const checksumList: Step = {
  name: "sha256sum -c SHA256SUMS",
  skip: () => notInstalled("sha256sum"),
  run(directory) {
    const lines = run("sha256sum", ["-c", "SHA256SUMS"], { cwd: directory }).trim().split("\n");
    return `${lines.length} files`;
  },
};

/** The `.sha256` next to an asset is bare hex, as image-builder's Ansible role reads it. */
export const bareChecksums: Step = {
  name: "the bare .sha256 next to each asset",
  skip: () => notInstalled("sha256sum"),
  run(directory) {
    const files = globSync("*/*/*.sha256", { cwd: directory });
    if (files.length === 0) throw new Error("there are none");
    const list = files.map(
      (file) => `${readFileSync(join(directory, file), "utf8").trim()}  ${file.replace(/\.sha256$/, "")}\n`,
    );
    run("sha256sum", ["-c", "-"], { cwd: directory, input: list.join("") });
    return `${files.length} assets`;
  },
};
