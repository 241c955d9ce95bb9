import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bundleStatic } from "./bundle.ts";

const directory = mkdtempSync(join(tmpdir(), "imagecred-idle-"));
after(() => rmSync(directory, { recursive: true, force: true }));

/** Bundles a program that uses one module of an index at its start and another later; returns the imports of main.js. */
async function startOf(name: string, sideEffects: unknown): Promise<{ imports: number; inStart: boolean }> {
  const root = join(directory, name);
  mkdirSync(join(root, "package"), { recursive: true });
  const files = {
    "package/package.json": JSON.stringify({ name: "package", type: "module", sideEffects }),
    "package/index.js": 'export { now } from "./now.js";\nexport { later } from "./later.js";\n',
    "package/now.js": 'export const now = () => import("./user.js");\n',
    "package/later.js":
      'import { shared } from "./shared.js";\nexport const later = () => shared("later");\n',
    "package/shared.js": 'export const shared = (text) => text + " and more";\n',
    "package/user.js": 'import { later } from "./later.js";\nexport const result = later();\n',
    "main.js": 'import { now } from "./package/index.js";\nglobalThis.outcome = now();\n',
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const out = join(root, "out");
  const { metafile } = await bundleStatic({ entry: join(root, "main.js"), root }, out);
  const start = metafile.outputs["out/main.js"];
  assert.ok(start !== undefined);
  const text = readFileSync(join(out, "main.js"), "utf8");
  assert.equal(start.bytes, Buffer.byteLength(text));
  const imports = start.imports.filter(({ kind }) => kind === "import-statement").length;
  assert.equal((text.match(/^import /gm) ?? []).length, imports);
  return { imports, inStart: text.includes("and more") };
}

test("a module without side effects is loaded where it is used, and not where an index names it", async () => {
  const { imports, inStart } = await startOf("pure", false);
  assert.deepEqual({ imports, inStart }, { imports: 0, inStart: false });
});

test("a module that may have side effects is loaded at once", async () => {
  assert.ok((await startOf("listed", ["./later.js"])).inStart);
  assert.ok((await startOf("pattern", ["./*.js"])).inStart);
  assert.ok((await startOf("unsaid", undefined)).inStart);
});
