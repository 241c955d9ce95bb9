import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { nodeFiles } from "../files/nodejs.ts";
import { loadUnit, managerMissing } from "../testing/systemd-judge.ts";
import { type Temporary, temporary } from "../testing/temporary.ts";
import { readService } from "./service.ts";
import { COMMAND_LINE, splitWords } from "./words.ts";

// Compared with the manager itself, which loads the unit and prints its settings (systemd --test).
const skip = managerMissing();
const UNIT = "kubelet-x-y.service";
const DIRECTORIES = ["etc", "run", "usr"];

const value = fc
  .array(
    fc.constantFrom(..."abX=-:,./ \"'\\\t#;", "\\\n", "\\x41", "%%", "%n", "%p", "%j", "A=1", '"B=2 3"'),
    {
      maxLength: 9,
    },
  )
  .map((parts) => parts.join(""));
const line = fc.oneof(
  { weight: 4, arbitrary: value.map((text) => `Environment=A=1 ${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "Environment=",
      "  Environment = C=x",
      "# Environment=D=1",
      "[Unit]",
      "[Service]",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("EnvironmentFile=-/etc/a", "EnvironmentFile=/etc/%p", "EnvironmentFile="),
  },
  { weight: 3, arbitrary: value.map((text) => `ExecStart=\nExecStart=/usr/bin/kubelet $A ${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "ExecStart=\nExecStart=\\\n# comment\n  /usr/bin/kubelet \\\n  --a",
      "ExecStart=-@/usr/bin/kubelet zero one",
    ),
  },
);
const content = fc.array(line, { maxLength: 4 }).map((lines) => ["[Service]", ...lines, ""].join("\n"));
const dropIn = fc.record({
  directory: fc.constantFrom(...DIRECTORIES),
  name: fc.constantFrom(UNIT, "kubelet-x-.service", "kubelet-.service", "service", "other.service"),
  file: fc.constantFrom("10-a.conf", "20-b.conf", "5.conf", "a.txt", "0.conf"),
  content: fc.oneof(
    { weight: 6, arbitrary: content },
    { weight: 1, arbitrary: fc.constantFrom("", "/dev/null") },
  ),
});

function put(place: Temporary, path: string, text: string): void {
  try {
    if (text === "/dev/null") {
      place.write(path, "");
      nodeFiles.remove(join(place.path, path));
      symlinkSync("/dev/null", join(place.path, path));
    } else place.write(path, text);
  } catch {
    // It exists already, as a link.
  }
}

/** The manager prints words with C escapes, and with a backslash before characters that are special to a shell. */
function printedWords(text: string): readonly string[] {
  const plain = text.replace(/\\([\\$`])/g, (pair, character: string) =>
    character === "\\" ? pair : character,
  );
  return splitWords(plain, COMMAND_LINE).words;
}

test("generated units and drop-ins are read as the manager reads them", { skip }, () => {
  fc.assert(
    fc.property(fc.constantFrom(...DIRECTORIES), fc.array(dropIn, { maxLength: 6 }), (home, dropIns) => {
      using place = temporary();
      put(place, `${home}/${UNIT}`, "[Service]\nExecStart=/usr/bin/kubelet $A\n");
      for (const { directory, name, file, content: text } of dropIns) {
        put(place, `${directory}/${name}.d/${file}`, text);
      }
      const path = DIRECTORIES.map((directory) => join(place.path, directory));
      const theirs = loadUnit(UNIT, path);
      const ours = readService(nodeFiles, UNIT, { unitPath: path });
      const told = JSON.stringify({ home, dropIns }, undefined, 1);
      if (theirs.state !== "loaded")
        return assert.equal(ours.state, "unreadable", `${theirs.state}: ${told}`);
      if (ours.state !== "read") return assert.fail(`${JSON.stringify(ours)}: ${told}`);
      const { service } = ours;
      // The manager prints argv; after an `@` its first word is not the program's path.
      const args = printedWords(theirs.commandLine).slice(1);
      assert.deepEqual(service.template, ["/usr/bin/kubelet", ...args], told);
      const environment = service.variables.filter(({ from }) => from === "Environment=");
      const last = new Map(environment.map(({ name, value: text }) => [name, text]));
      const expected = theirs.environment.map(
        (one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)] as const,
      );
      assert.deepEqual(Object.fromEntries(last), Object.fromEntries(expected), told);
      assert.deepEqual(
        service.environmentFiles.map(({ pattern, optional }) => `${optional ? "-" : ""}${pattern}`),
        theirs.environmentFiles,
        told,
      );
    }),
    {
      numRuns: 30,
      examples: [
        [
          "etc",
          [
            {
              directory: "etc",
              name: UNIT,
              file: "10-a.conf",
              content: "[Service]\nExecStart=\nExecStart=-@/usr/bin/kubelet zero one\n",
            },
          ],
        ],
      ],
    },
  );
});

test("the order of drop-ins is the manager's", { skip }, () => {
  fc.assert(
    fc.property(fc.array(dropIn, { minLength: 2, maxLength: 9 }), (dropIns) => {
      using place = temporary();
      put(place, `usr/${UNIT}`, "[Service]\nExecStart=/usr/bin/kubelet\n");
      for (const { directory, name, file } of dropIns) {
        put(
          place,
          `${directory}/${name}.d/${file}`,
          `[Service]\nEnvironment=N=${name}-${file}-${directory}\n`,
        );
      }
      const path = DIRECTORIES.map((directory) => join(place.path, directory));
      const ours = readService(nodeFiles, UNIT, { unitPath: path });
      const files = ours.state === "read" ? ours.service.texts.map((one) => one.path) : [];
      const { fragment, dropIns: theirs } = loadUnit(UNIT, path);
      assert.deepEqual(files, [fragment, ...theirs], JSON.stringify(dropIns));
    }),
    { numRuns: 15 },
  );
});
