/** The layout of human-readable output at common terminal widths. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCS, ROOT } from "@imagecred/workspace";
import { PLACES } from "../testing/plugins.ts";
import { PICTURED, SCREENS, shown } from "../testing/screens.ts";
import { terminalPicture, terminalRecording } from "../testing/terminal-picture.ts";
import { visibleLength } from "./text.ts";

const WIDTHS = [60, 80, 120, 200];

/** Lines to copy are not wrapped: commands, lines of files, and differences. */
const COPIED = /^\s*(?:sudo |imagecred |[-+@]|# )|^ *\d* \|/;

for (const [name, screen] of Object.entries(SCREENS)) {
  test(`${name} at 60, 80, 120 and 200 columns`, async () => {
    for (const columns of WIDTHS) {
      const text = await shown(screen, columns, "never");
      for (const line of text.split("\n")) {
        if (visibleLength(line) <= columns) continue;
        const words = line.replace(/^\s*(?:[✓✗!•→-] +)?/, "").split(" ");
        // One word, after the name of its row, cannot be broken.
        const isOneWord =
          words.length === 1 || /^(?:image|registry|plugins see|executable) {2,}\S+$/.test(words.join(" "));
        assert.ok(isOneWord || COPIED.test(line), `${columns} columns: ${line}\n\n${text}`);
      }
      assert.doesNotMatch(text, /[ \t]$/m, `a space at the end of a line, ${columns} columns:\n${text}`);
      assert.doesNotMatch(text, /\d\n\s+(?:ms|s|min|h)\b/, `a number without its unit, ${columns}:\n${text}`);
      assert.doesNotMatch(text, /\n\n\n/, `two empty lines, ${columns} columns:\n${text}`);
    }
  });
  test(`${name}: colors change nothing but colors`, async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    const plain = (await shown(screen, 80, "always")).replace(/\u001b\[\d+m/g, "");
    assert.equal(withoutTimes(plain), withoutTimes(await shown(screen, 80, "never")));
  });
}

/** In the pages; UPDATE_GOLDEN=1 rewrites them. */
const PICTURES = join(DOCS, "screens");

/** Width of the pictures' terminal; their texts fit into it without wrapping. */
const COLUMNS = 100;

test("the picture of doctor in the pages shows its real output", async () => {
  const text = await shown(PICTURED["doctor-fails"], COLUMNS, "always");
  const picture = terminalPicture("imagecred doctor finds why a pull fails", text, COLUMNS);
  const path = join(PICTURES, "doctor-fails.svg");
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, picture);
  assert.equal(readFileSync(path, "utf8"), picture);
});

test("the recording in the README shows the real output of validate and doctor", async () => {
  const scenes = await Promise.all(
    Object.values(PICTURED).map(async (screen) => ({
      command: `imagecred ${screen.args.filter((word) => !PLACES.includes(word)).join(" ")}`,
      output: await shown(screen, COLUMNS, "always"),
      seconds: 9,
    })),
  );
  for (const line of scenes.flatMap(({ command, output }) => [`$ ${command}`, ...output.split("\n")]))
    assert.ok(visibleLength(line) <= COLUMNS, line);
  const recording = terminalRecording(
    "imagecred validate finds mistakes, and doctor finds why a pull fails",
    scenes,
    COLUMNS,
  );
  const path = join(PICTURES, "validate-and-doctor.svg");
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, recording);
  assert.equal(readFileSync(path, "utf8"), recording);
  assert.ok(
    readFileSync(join(ROOT, "README.md"), "utf8").includes("](docs/screens/validate-and-doctor.svg)"),
  );
});

function withoutTimes(text: string): string {
  return text.replace(/[0-9a-f]{12}…|\d+ ms/g, "N");
}
