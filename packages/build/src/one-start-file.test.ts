import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { bundleStatic } from "./bundle.ts";

const directory = mkdtempSync(join(tmpdir(), "imagecred-start-"));
after(() => rmSync(directory, { recursive: true, force: true }));

/** Modules that the start shares with two others in different ways, so that esbuild makes a chunk for each. */
const FILES = {
  "all.js": "export const order = [];\nexport const mark = (name) => order.push(name);\n",
  "with-a.js": 'import { mark } from "./all.js";\nmark("with-a");\nexport const a = "a";\n',
  "with-b.js": 'import { mark } from "./all.js";\nmark("with-b");\nexport class B { name = "b"; }\n',
  "also-later.js":
    'import { mark } from "./all.js";\nmark("also-later");\nexport const named = 7;\nexport default "default";\n',
  "a.js":
    'import { a } from "./with-a.js";\nimport { order } from "./all.js";\nexport const result = () => a + order.length;\n',
  "b.js":
    'import { B } from "./with-b.js";\nimport { a } from "./with-a.js";\nexport const result = () => new B().name + a;\n',
  "main.js": `
    import { order, mark } from "./all.js";
    import { a } from "./with-a.js";
    import { B } from "./with-b.js";
    import { named } from "./also-later.js";
    mark("main");
    globalThis.outcome = (async () => [
      a,
      new B().name,
      named,
      (await import("./a.js")).result(),
      (await import("./b.js")).result(),
      (await import("./also-later.js")).default,
      ...order,
    ])();
  `,
};

test("a start reads one file, and every module is evaluated once", async () => {
  const root = join(directory, "program");
  mkdirSync(root);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, name), text);
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  const out = join(root, "out");
  const { metafile } = await bundleStatic({ entry: join(root, "main.js"), root }, out);

  const start = metafile.outputs["out/main.js"];
  assert.deepEqual(
    start?.imports.filter(({ kind }) => kind === "import-statement"),
    [],
  );
  assert.deepEqual(Object.keys(start?.inputs ?? {}).sort(), [
    "all.js",
    "also-later.js",
    "main.js",
    "with-a.js",
    "with-b.js",
  ]);
  // a.js, b.js, and the names that are imported in both ways.
  assert.equal(readdirSync(out).length, 4);

  await import(pathToFileURL(join(out, "main.js")).href);
  const { outcome } = globalThis as typeof globalThis & { readonly outcome: Promise<readonly unknown[]> };
  const [values, marks] = [(await outcome).slice(0, 6), (await outcome).slice(6)];
  assert.deepEqual(values, ["a", "b", 7, "a4", "ba", "default"]);
  // esbuild chooses the order of its chunks, so these modules must not depend on each other's effects.
  assert.equal(marks.at(-1), "main");
  assert.deepEqual([...marks].sort(), ["also-later", "main", "with-a", "with-b"]);
});
