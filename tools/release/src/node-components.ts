import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nodePackageDirectory } from "@imagecred/executables";
import type { Platform } from "@imagecred/workspace";
import { type Component, licenseTextsIn } from "./components.ts";

/** Node.js itself, with the licenses of all that it carries, which its own LICENSE file lists. */
export function nodeComponent(platform: Platform): Component {
  const directory = nodePackageDirectory(platform);
  const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return {
    ecosystem: "node",
    name: "nodejs",
    version,
    license: "MIT",
    texts: licenseTextsIn(directory),
    homepage: "https://nodejs.org",
    authors: ["Node.js contributors"],
  };
}
