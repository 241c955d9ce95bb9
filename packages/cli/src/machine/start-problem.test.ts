import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { PLACES, putConfig } from "../testing/plugins.ts";
import { bench } from "../testing/run.ts";

/** A header for this or another machine with a script after it, which execvp(3) would run with /bin/sh. */
function elfAndScript(machine: number, marker: string): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(`\ntouch ${marker}\n`)]);
}

/** A complete executable for another machine: this machine's with another machine number. */
function otherMachine(): Buffer {
  const own = Buffer.from(readFileSync(process.execPath).subarray(0, 1 << 20));
  own.writeUInt16LE(own.readUInt16LE(18) === 183 ? 62 : 183, 18);
  return own;
}

test("files that the kubelet could not start are not run, not even by a shell", async () => {
  using place = bench();
  mkdirSync(place.path("opt/bin"), { recursive: true });
  mkdirSync(place.path("usr/bin"), { recursive: true });
  writeFileSync(place.path("usr/bin/imagecred"), readFileSync(process.execPath).subarray(0, 1 << 20));
  mkdirSync(place.path("bin"));
  writeFileSync(place.path("bin/sh"), readFileSync("/bin/sh"));
  putConfig(place, { name: "p", match: ["r.example"] });
  const marker = place.path("marker");
  const own = process.arch === "arm64" ? 183 : 62;
  for (const [what, content, said] of [
    [
      "an ELF header of another machine",
      elfAndScript(own === 62 ? 183 : 62, marker),
      /cannot be started: it has no program headers/,
    ],
    [
      "an ELF header of this machine",
      elfAndScript(own, marker),
      /cannot be started: it has no program headers/,
    ],
    ["another machine", otherMachine(), /is for \w+, and this machine is \w+/],
    ["text", Buffer.from(`touch ${marker}\n`), /is neither an ELF executable nor a script/],
    [
      "a misspelt interpreter",
      Buffer.from(`#!/usr/bin/pyhton\ntouch ${marker}\n`),
      /the interpreter "\/usr\/bin\/pyhton", which does not exist here/,
    ],
    [
      "a line end of Windows",
      Buffer.from(`#!/bin/sh\r\ntouch ${marker}\n`),
      /the interpreter "\/bin\/sh\\r", which does not exist/,
    ],
  ] as const) {
    writeFileSync(place.path("opt/bin/p"), content);
    chmodSync(place.path("opt/bin/p"), 0o755);
    const explained = await place.run(["explain", "r.example/a", ...PLACES]);
    assert.match(explained.stdout, said, what);
    const got = await place.run(["get", "r.example/a", ...PLACES, "--env-from", "shell"]);
    assert.equal(got.code, 1, what);
    assert.match(got.stdout.replace(/\s+/g, " "), /exec format error|no such file or directory/, what);
    const doctor = await place.run(["doctor", "r.example/a", ...PLACES, "--env-from", "shell"]);
    assert.match(doctor.stdout.replace(/\s+/g, " "), said, what);
    assert.equal(doctor.code, 1, what);
    assert.equal(existsSync(marker), false, what);
  }
});

test("a relative directory of executables is checked like an absolute one", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  mkdirSync(place.path("emptybin"));
  for (const directory of [
    "emptybin",
    "./emptybin",
    "emptybin/",
    `${place.root}//emptybin`,
    "emptybin/../emptybin",
  ]) {
    const { stdout } = await place.run(["explain", "r.example/a", "-c", "config.yaml", "-b", directory]);
    assert.match(stdout, /missing|no such file/, directory);
    assert.doesNotMatch(stdout, /✓ .*emptybin/, directory);
  }
});
