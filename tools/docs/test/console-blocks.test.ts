import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Clouds } from "@imagecred/fake-clouds";
import { DOCS, ROOT } from "@imagecred/workspace";
import { asOnANode, SITUATIONS, startSurroundings } from "../src/clouds.ts";
import { Machine, NO_MACHINE } from "../src/machine.ts";
import { fits } from "../src/normalize.ts";
import { type Block, blocksOf, pages, placeOf, textOf } from "../src/page.ts";
import { CURL_STAND_IN, writeRelease } from "../src/release.ts";
import { commandsOf } from "../src/session.ts";

/**
 * Runs every `console` block of the pages and compares what it prints with what the page shows. A comment above a block
 * says what it needs: `<!-- run, when SITUATION -->`, `<!-- run, needs PROGRAM -->`, `<!-- not run: REASON -->`.
 * `npx node tools/docs/test/console-blocks.test.ts --update` writes what was printed into the pages.
 */
const UPDATE = process.argv.includes("--update");

/** Pages whose blocks need a release. */
const RELEASE = ["node-image-builder.md"];
/** Pages whose blocks have their own tests, or take minutes. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "imagecred.md": "packages/cli/src/docs.test.ts",
  "writing-a-plugin.md": "tools/docs/test/writing-a-plugin.test.ts",
  "fleet.md": "takes minutes",
  "performance.md": "takes minutes, and the machine for itself",
};

const consoleBlocks = (page: string) => blocksOf(page).filter(({ language }) => language === "console");

for (const page of pages().filter((name) => !(name in ELSEWHERE) && consoleBlocks(name).length > 0)) {
  const skip = NO_MACHINE || (process.arch === "x64" ? false : "the pages' commands are for amd64");
  describe(`docs/${page}`, { skip }, () => {
    let machine: Machine;
    let clouds: Clouds;
    const printed = new Map<Block, string>();

    before(async () => {
      const surroundings = await startSurroundings();
      clouds = surroundings.clouds;
      machine = await Machine.start({
        env: surroundings.env,
        shared: [clouds.core.directory],
        standIns: RELEASE.includes(page) ? { curl: CURL_STAND_IN } : {},
      });
      if (RELEASE.includes(page)) await writeRelease(machine.directory);
      else await machine.session.run(`source ${join(ROOT, "tools/docs/src/node.sh")}`);
    });
    after(async () => {
      await machine[Symbol.asyncDispose]();
      assert.deepEqual(clouds.defects, []);
      await clouds.close();
      if (UPDATE) update(page, printed);
    });

    for (const block of consoleBlocks(page)) {
      const { mark } = block;
      if (mark?.kind === "not run") {
        assert.ok(mark.value, `${placeOf(block)} does not say why it is not run`);
        continue;
      }
      test(placeOf(block), async (t) => {
        const program = mark?.conditions.get("needs");
        if (program !== undefined && (await machine.session.run(`type ${program}`)).exitCode !== 0)
          return t.skip(`${program} is not installed`);
        const situation = mark?.conditions.get("when");
        const undo = situation === undefined ? undefined : await known(situation)(clouds);
        try {
          printed.set(block, await runBlock(block));
        } finally {
          undo?.();
          await clouds.reset();
        }
      });
    }

    /** @returns the block as it would be after this run */
    async function runBlock(block: Block): Promise<string> {
      let content = "";
      for (const { command, shown } of commandsOf(block.content)) {
        const { output, exitCode } = await machine.session.run(command);
        const seen = asOnANode(output, clouds);
        if (seen === "")
          assert.equal(exitCode, 0, `${placeOf(block)}: ${command} printed nothing and failed`);
        const fitting = fits(shown, seen);
        if (!UPDATE && !fitting) assert.equal(seen, shown, `${placeOf(block)}: ${command}`);
        content += `$ ${command.replaceAll("\n", "\n> ")}\n${fitting ? shown : seen}`;
      }
      assert.deepEqual(clouds.secrets.findIn(content), []);
      return content;
    }
  });
}

function known(situation: string): (clouds: Clouds) => Promise<() => void> {
  return SITUATIONS[situation] ?? assert.fail(`there is no situation ${situation}`);
}

function update(page: string, printed: ReadonlyMap<Block, string>): void {
  let text = textOf(page);
  for (const [{ offset, content }, now] of [...printed].toReversed())
    text = text.slice(0, offset) + now + text.slice(offset + content.length);
  writeFileSync(join(DOCS, page), text);
}
