import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DOCS } from "@imagecred/workspace";

interface PageCommand {
  /** As passed to a shell. */
  readonly command: string;
  /** Lines that the page shows of its output. */
  readonly shown: readonly string[];
}

/** Marks a block whose commands the tests here run, for readers of the page's source and for the tests of tools/docs. */
const MARK = "<!-- not run: tools/cluster runs it, in a cluster -->\n```console\n";

/** The marked commands of a section of a page of docs/. @throws Error when there are none */
export function commandsOf(page: string, section: string): readonly PageCommand[] {
  const text = readFileSync(join(DOCS, page), "utf8");
  const [, body = ""] = text.split(`\n## ${section}\n`);
  const [own = ""] = body.split("\n## ", 1);
  const blocks = own.split(MARK).slice(1);
  const commands = blocks.flatMap((block) => parse(block.slice(0, block.indexOf("```"))));
  if (commands.length === 0) throw new Error(`docs/${page} has no marked commands in "${section}"`);
  return commands;
}

function parse(block: string): PageCommand[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const lines = part.trimEnd().split("\n");
      const last = lines.findIndex((line) => !line.endsWith("\\"));
      const command = lines.slice(0, last + 1).map((line) => line.replace(/^> /, ""));
      return { command: command.join("\n"), shown: lines.slice(last + 1) };
    });
}

/** Runs commands of a page one after another. @throws Error with the output of one that fails or does not print what the page shows */
export async function runCommands(
  commands: readonly PageCommand[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  for (const { command, shown } of commands) {
    const { stdout, stderr } = await promisify(execFile)("sh", ["-ec", command], options);
    for (const line of shown)
      assert.ok(stdout.split("\n").includes(line), `${command} prints ${line}:\n${stdout}${stderr}`);
  }
}
