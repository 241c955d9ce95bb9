#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateError, createProject } from "./create.ts";

const USAGE =
  "Usage: npm create imagecred-plugin NAME\n\nCreates the directory NAME with the project of a plugin of that name.\n";

const [target, ...more] = process.argv.slice(2);
if (target === "--help" || target === "-h") process.stdout.write(USAGE);
else if (target === undefined || more.length > 0 || target.startsWith("-")) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
      version: string;
    };
    for (const path of createProject(target, version)) process.stdout.write(`${join(target, path)}\n`);
    process.stdout.write(`\ncd ${target} && npm install && npm test && npm run build\n`);
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    process.stderr.write(`create-imagecred-plugin: ${error.message}\n`);
    process.exitCode = 1;
  }
}
