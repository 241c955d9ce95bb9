import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleNpm, OLDEST_NODEJS, programs } from "@imagecred/executables";
import { ROOT } from "@imagecred/workspace";
import { thirdPartyNotices } from "../notices.ts";
import { npmComponents } from "../npm-components.ts";
import { COMMON } from "./manifest.ts";
import { writeJson } from "./workshop.ts";

const [MAJOR, MINOR] = OLDEST_NODEJS.version.split(".");

/** A start file that older versions of Node.js can read too: it names the version that is needed, before it loads newer syntax. */
const BIN = `#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < ${MAJOR} || (major === ${MAJOR} && minor < ${MINOR})) {
  process.stderr.write("imagecred: this is Node.js " + process.versions.node + ", and it needs ${MAJOR}.${MINOR} or newer\\n");
  process.exit(1);
}
import("../lib/main.js");
`;

/** Writes the npm package `imagecred` into `directory`: one bundle for every operating system, without dependencies. */
export async function makeImagecredPackage(directory: string, version: string): Promise<void> {
  const program = programs.find(({ name }) => name === "imagecred");
  if (program === undefined) throw new Error("tools/executables does not know imagecred");
  const { metafile } = await bundleNpm(program, join(directory, "lib"));
  mkdirSync(join(directory, "bin"), { recursive: true });
  writeFileSync(join(directory, "bin", "imagecred.js"), BIN, { mode: 0o755 });
  cpSync(join(ROOT, "LICENSE"), join(directory, "LICENSE"));
  cpSync(join(import.meta.dirname, "../../npm/imagecred.md"), join(directory, "README.md"));
  writeFileSync(
    join(directory, "THIRD_PARTY_NOTICES"),
    thirdPartyNotices("imagecred", npmComponents(metafile, ROOT)),
  );
  const { description } = JSON.parse(readFileSync(join(program.directory, "package.json"), "utf8"));
  writeJson(join(directory, "package.json"), {
    name: "imagecred",
    version,
    description: description.replace(/^imagecred: /, ""),
    keywords: ["kubernetes", "kubelet", "credential-provider", "ecr", "acr", "gcr", "lint", "kubectl-plugin"],
    ...COMMON,
    type: "module",
    bin: { imagecred: "bin/imagecred.js", "kubectl-imagecred": "bin/imagecred.js" },
    files: ["bin", "lib", "THIRD_PARTY_NOTICES"],
    engines: { node: `>=${MAJOR}.${MINOR}` },
  });
}
