import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { notInstalled, run } from "@imagecred/workspace";
import type { Step } from "./step.ts";

/** npm installs `imagecred` from its tarball without a registry, and it runs; every tarball has its place in the order. */
export const npm: Step = {
  name: "npm install of the packed imagecred, without a network",
  skip: () => notInstalled("npm"),
  run(directory) {
    const tarballs = globSync("npm/*.tgz", { cwd: directory }).map((path) => basename(path));
    const order = readFileSync(join(directory, "npm/ORDER"), "utf8").trim().split("\n");
    if (order.toSorted().join() !== tarballs.toSorted().join())
      throw new Error(`npm/ORDER has ${order.join(", ")}, and there are ${tarballs.join(", ")}`);
    const tarball = tarballs.find((name) => /^imagecred-\d/.test(name));
    if (tarball === undefined) throw new Error("there is no npm package imagecred");
    const scratch = mkdtempSync(join(tmpdir(), "imagecred-npm-"));
    try {
      const install = [
        "install",
        "--offline",
        "--no-audit",
        "--cache",
        join(scratch, "cache"),
        "--prefix",
        scratch,
      ];
      const env = { NODE_OPTIONS: undefined };
      run("npm", [...install, join(directory, "npm", tarball)], { env });
      return run(join(scratch, "node_modules/.bin/imagecred"), ["--version"], { env }).trim();
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
};
