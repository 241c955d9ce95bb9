import assert from "node:assert/strict";
import { test } from "node:test";
import { readMapFile } from "./map-file.ts";

const MAP = `apiVersion: imagecred.dev/v1alpha1
kind: ImageIdentities
identities:
  - registries: ["*.azurecr.io"]
`;

function filesWith(content: string) {
  const reads: string[] = [];
  const read = (path: string) => {
    reads.push(path);
    return new TextEncoder().encode(content);
  };
  return { reads, read };
}

const run = () => ({ alone: undefined, complete: true, find: (path: string) => path });

test("a file is read and decoded once per run", () => {
  const files = filesWith(MAP);
  const places = run();
  const first = readMapFile("/etc/a.yaml", places, files);
  assert.equal(first.decoded.entries.length, 1);
  assert.equal(readMapFile("/etc/a.yaml", places, files), first);
  readMapFile("/etc/b.yaml", places, files);
  readMapFile("/etc/a.yaml", run(), files);
  assert.deepEqual(files.reads, ["/etc/a.yaml", "/etc/b.yaml", "/etc/a.yaml"]);
});

test("a file that cannot be read throws the system's error each time", () => {
  const places = run();
  const read = () => {
    throw new Error("EACCES");
  };
  assert.throws(() => readMapFile("/etc/a.yaml", places, { read }), /EACCES/);
  assert.throws(() => readMapFile("/etc/a.yaml", places, { read }), /EACCES/);
});
