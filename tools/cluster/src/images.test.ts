import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Images, tar } from "./images.ts";

const directory = mkdtempSync(join(tmpdir(), "imagecred-images-"));
after(() => rmSync(directory, { recursive: true }));
const workload = join(directory, "workload");
writeFileSync(workload, "not a program, but as good here");

interface Manifest {
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

test("each name is a different image with the same layer, and every blob is found by its digest", () => {
  const images = new Images(workload);
  const [a, b] = ["v1", "v2"].map((tag) => images.manifest("r.example", "app", tag));
  assert.ok(a !== undefined && b !== undefined);
  assert.notEqual(digest(a.body), digest(b.body));
  assert.deepEqual(images.manifest("other.example", "app", digest(a.body)), a);
  const manifest = JSON.parse(a.body.toString()) as Manifest;
  for (const { digest: name, size } of [manifest.config, ...manifest.layers]) {
    const body = images.blob(name)?.body;
    assert.equal(body?.length, size);
    assert.equal(digest(body ?? ""), name);
  }
  assert.deepEqual(manifest.layers, (JSON.parse(b.body.toString()) as Manifest).layers);
  assert.equal(images.manifest("r.example", "app", `sha256:${"0".repeat(64)}`), undefined);
});

test("tar reads the archive", () => {
  const files = [
    { path: "workload", content: Buffer.from("x".repeat(700)) },
    { path: "etc/empty", content: Buffer.alloc(0) },
  ];
  const listing = execFileSync("tar", ["--list", "--verbose", "--numeric-owner"], {
    input: tar(files),
  }).toString();
  assert.match(listing, /^-rwxr-xr-x 0\/0 +700 .* workload\n-rwxr-xr-x 0\/0 +0 .* etc\/empty\n$/);
});

function digest(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
