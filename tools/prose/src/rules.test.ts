import assert from "node:assert/strict";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { type Finding, findings, STYLE, whyNoVale } from "./vale.ts";

/** For each rule, sentences that it finds and sentences that it accepts. */
const EXAMPLES: Readonly<
  Record<string, { readonly bad: readonly string[]; readonly good: readonly string[] }>
> = {
  Answer: {
    bad: [
      "The answer is cached for an hour.",
      "A registry that answers 401 is reachable.",
      "The request is answered.",
    ],
    good: ["The response is cached for an hour.", "A registry that responds with 401 is reachable."],
  },
  Archaic: {
    bad: ["It is written anew.", "The flag is passed over.", "It gets there by way of a proxy."],
    good: ["It is written again.", "The flag is ignored.", "It gets there through a proxy."],
  },
  Asked: {
    bad: ["The metadata server is asked once.", "The plugin was not asked."],
    good: ["The metadata server gets one request.", "The operator is asked to restart the kubelet."],
  },
  Beside: {
    bad: ["The file is beside the executable."],
    good: ["The file is next to the executable.", "Besides tokens it accepts passwords."],
  },
  Exchanged: {
    bad: ["The file is exchanged atomically.", "It exchanges the executable."],
    good: ["The file is replaced atomically.", "The token is exchanged for a password."],
  },
  Exists: {
    bad: ["The first file that is there is read.", "The directory is not there."],
    good: ["The first file that exists is read.", "There is a directory."],
  },
  ForWho: {
    bad: ["For who builds node images.", "It shows the ARN of who signed."],
    good: ["For people who build node images.", "It shows the ARN of the signer."],
  },
  Headless: {
    bad: [
      "What a registry accepts, and until when.",
      "Who signs the request.",
      "It is read once. What the kubelet would find at start.",
    ],
    good: [
      "Username and password for a registry.",
      "What a function throws is in its text.",
      "What is in the file is not shown.",
      "What does the kubelet do?",
    ],
  },
  InPlaceOf: {
    bad: ["It is written in the place of the old file.", "It takes the place of the Go plugin."],
    good: ["It is written instead of the old file.", "It replaces the Go plugin."],
  },
  IsNo: {
    bad: ["Arguments that are no flags are ignored.", "It is no error."],
    good: [
      "There is no metadata server.",
      "It is no longer valid.",
      "Arguments that are not flags are ignored.",
    ],
  },
  IsNone: {
    bad: ["A key that is none is refused.", "Mirrors are none of the kubelet's."],
    good: ["A file that is not a key is refused.", "Returns undefined when there is none."],
  },
  Kept: {
    bad: ["The response is kept for an hour.", "A kept connection is used."],
    good: ["The response is cached for an hour.", "An idle connection is reused.", "The backup is kept."],
  },
  KnowsNo: {
    bad: ["Settings know no arguments.", "The command takes no flags."],
    good: ["Settings do not support arguments.", "The program needs no shell."],
  },
  LiesOn: {
    bad: ["The secret lies on the node.", "The file lies in the cache."],
    good: ["The secret is stored on the node.", "Median and mean lie in between."],
  },
  NodeJs: {
    bad: ["It needs Node 22 or newer.", "A NodeJS program."],
    good: ["It needs Node.js 22 or newer.", "A Kubernetes node runs the kubelet."],
  },
  OneWord: {
    bad: ["The stand-ins of modules."],
    good: ["The shims of modules."],
  },
  People: {
    bad: [
      "Nobody listens on the port.",
      "The node becomes somebody else.",
      "Whoever can write to it is root.",
    ],
    good: ["Nothing listens on the port.", "It runs as the user nobody.", "Another user can write to it."],
  },
  SentenceLength: {
    bad: [`It has ${"many ".repeat(40)}words.`],
    good: [
      "It has few words. It has few words. It has few words. It has few words. It has few words. It has few words.",
    ],
  },
  StandsIn: {
    bad: ["The key stands in the file.", "The tests stand beside the source."],
    good: [
      "The key is in the file.",
      "The node's identity stands in for the pod's.",
      "The letters stand for an ID.",
    ],
  },
  StaticRuntime: {
    bad: ["The Rust runtime starts faster."],
    good: ["The static runtime starts faster."],
  },
  Takes: {
    bad: ["Entra ID takes RSA keys.", "It takes only tokens."],
    good: ["Entra ID accepts RSA keys.", "It takes 3 seconds.", "The build takes minutes."],
  },
  Tells: {
    bad: [
      "A checksum tells that nothing was damaged.",
      "The kernel knows, and tells.",
      "It tells images apart.",
    ],
    good: ["A checksum shows that the file is intact.", "The log tells the operator which call is slow."],
  },
  Terms: {
    bad: [
      "When the Kubelet starts.",
      "It runs on Github.",
      "It uses kubernetes.",
      "It needs oidc.",
      "Use Roles Anywhere.",
    ],
    good: [
      "When the kubelet starts.",
      "Kubelet configuration.",
      "It runs on GitHub.",
      "It uses IAM Roles Anywhere.",
      "See https://kubernetes.io/docs and k8s.io/kubelet.",
    ],
  },
  ToBe: {
    bad: ["The image is to be pulled."],
    good: ["The image must be pulled."],
  },
};

const skip = whyNoVale() ?? false;
const directory = mkdtempSync(join(tmpdir(), "imagecred-prose-rules-"));
after(() => rmSync(directory, { recursive: true }));

/** Writes files and returns what Vale finds in each. */
async function found(files: Readonly<Record<string, string>>): Promise<Map<string, Finding[]>> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return Map.groupBy(await findings(Object.keys(files), { cwd: directory }), ({ file }) => file);
}

test("every rule has examples", () => {
  const rules = globSync("*.yml", { cwd: STYLE }).map((file) => basename(file, ".yml"));
  assert.deepEqual(Object.keys(EXAMPLES).toSorted(), rules.toSorted());
});

describe("a rule finds the bad sentences and accepts the good ones", { skip }, async () => {
  const paragraphs = Object.entries(EXAMPLES).flatMap(([rule, { bad, good }]) => [
    ...bad.map((sentence) => ({ rule, sentence, isBad: true })),
    ...good.map((sentence) => ({ rule, sentence, isBad: false })),
  ]);
  // One file of paragraphs: paragraph N is on line 2N + 1.
  const page = paragraphs.map(({ sentence }) => `${sentence}\n`).join("\n");
  const all = skip ? [] : ((await found({ "rules.md": page })).get("rules.md") ?? []);
  for (const [index, { rule, sentence, isBad }] of paragraphs.entries()) {
    test(`${rule}: ${sentence.slice(0, 80)}`, () => {
      const here = all.filter(({ line }) => line === 2 * index + 1).map((each) => each.rule);
      if (isBad) assert.ok(here.includes(rule), `found only [${here}]`);
      else assert.deepEqual(here, []);
    });
  }
});

describe("prose is found where people read it", { skip }, () => {
  const BAD = "The secret lies on the node.";
  const CASES: readonly (readonly [what: string, file: string, text: string])[] = [
    ["a page", "page.md", `# Page\n\n${BAD}\n`],
    ["a list in a page", "list.md", `- one\n- two: ${BAD}\n`],
    ["a table in a page", "table.md", `| a | b |\n| --- | --- |\n| c | ${BAD} |\n`],
    ["a line comment of TypeScript", "line.ts", `const a = 1;\n// ${BAD}\n`],
    [
      "a docstring of TypeScript",
      "doc.ts",
      `/**\n * Text.\n * ${BAD} @throws Error\n */\nexport const a = 1;\n`,
    ],
    ["a string of TypeScript", "string.ts", `console.log("${BAD}");\n`],
    ["a template of TypeScript", "template.ts", `const a = 1;\nconsole.log(\`of \${a}: ${BAD}\`);\n`],
    ["a template without expressions", "plain.ts", `console.log(\`${BAD}\`);\n`],
    ["a template of several lines", "lines.ts", `console.log(\`Text.\n\n${BAD}\n\`);\n`],
    ["the title of a test", "title.test.ts", `test("x", () => {});\ntest("${BAD}", () => {});\n`],
    ["a comment of JavaScript", "line.mjs", `// ${BAD}\n`],
    ["a line comment of Rust", "line.rs", `fn main() {\n    // ${BAD}\n}\n`],
    ["a docstring of Rust", "doc.rs", `/// ${BAD}\nfn main() {}\n`],
    ["a module's docstring in Rust", "module.rs", `//! Text.\n//! ${BAD}\n`],
    ["a comment of Go", "line.go", `package main\n\n// main: ${BAD}\nfunc main() {}\n`],
    ["a block comment of Go", "block.go", `/*\n${BAD}\n*/\npackage main\n`],
  ];
  test("all of them", async () => {
    const all = await found(Object.fromEntries(CASES.map(([, file, text]) => [file, text])));
    for (const [what, file, text] of CASES) {
      const line = text.slice(0, text.indexOf(BAD)).split("\n").length;
      const here = (all.get(file) ?? []).map((each) => `${each.line} ${each.rule} ${each.match}`);
      assert.deepEqual(here, [`${line} LiesOn lies on`], what);
    }
  });

  test("and code is not prose", async () => {
    const all = await found({
      "code.md": "Run `nobody()`:\n\n```console\n$ anew beside\n```\n",
      "code.ts": "// See `nobody` and {@link nobody}.\nconst nobody = 1;\nconst anew = nobody;\n",
      "code.rs": "// See `nobody`.\nfn nobody() {}\n",
    });
    assert.deepEqual([...all.values()].flat(), []);
  });
});
