import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const SOURCES = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !path.endsWith(".test.ts"),
);

/** Every relative import, types included, as two paths below src/. */
const IMPORTS = SOURCES.flatMap((from) =>
  [
    ...readFileSync(join(import.meta.dirname, from), "utf8").matchAll(
      /(?:from|import|import\()\s*"(\.[^"]+)"/g,
    ),
  ].map(([, to = ""]) => ({
    from,
    to: relative(import.meta.dirname, join(import.meta.dirname, dirname(from), to)),
  })),
);

const inDirectory = (directory: string) => (path: string) => path.startsWith(`${directory}/`);

/** `validate` of `commands/validate/render.ts`. */
function commandOf(path: string): string | undefined {
  return /^commands\/([^/]+)\//.exec(path)?.[1];
}

test("no command imports another; only the list of commands imports all", () => {
  const wrong = IMPORTS.filter(({ from, to }) => {
    const [importer, imported] = [commandOf(from), commandOf(to)];
    return importer !== undefined && imported !== undefined && importer !== imported;
  });
  assert.deepEqual(wrong, []);
});

test("other directories do not import commands, and sources do not import test helpers", () => {
  const shared = [
    "output",
    "machine",
    "installation",
    "cluster",
    "lint",
    "registry",
    "session",
    "distributions",
    "runtime",
  ];
  const wrong = IMPORTS.filter(
    ({ from, to }) =>
      (shared.some((directory) => inDirectory(directory)(from)) && inDirectory("commands")(to)) ||
      (!inDirectory("testing")(from) && inDirectory("testing")(to)),
  );
  assert.deepEqual(wrong, []);
});

test("there are no import cycles, including types and dynamic imports", () => {
  const edges = new Map<string, string[]>();
  for (const { from, to } of IMPORTS) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (at: string, path: readonly string[]): void => {
    assert.ok(!path.includes(at), [...path, at].join(" -> "));
    if (done.has(at)) return;
    for (const next of edges.get(at) ?? []) walk(next, [...path, at]);
    done.add(at);
  };
  for (const source of SOURCES) walk(source, []);
});
