import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspectExecutable } from "./executable-format.ts";

/** A 64-bit little-endian ELF header with one program header, as a linker writes it. */
function elf(options: {
  machine: number;
  interpreter?: string;
  wide?: boolean;
  little?: boolean;
}): Uint8Array {
  const { machine, interpreter, wide = true, little = true } = options;
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 2, little);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2]);
  view.setUint16(18, machine, little);
  const start = wide ? 64 : 52;
  if (wide) view.setBigUint64(32, BigInt(start), little);
  else view.setUint32(28, start, little);
  view.setUint16(wide ? 54 : 42, wide ? 56 : 32, little);
  view.setUint16(wide ? 56 : 44, interpreter === undefined ? 1 : 2, little);
  view.setUint32(start, interpreter === undefined ? 1 : 3, little);
  if (interpreter !== undefined) {
    view.setUint32(start + (wide ? 56 : 32), 1, little);
    const text = new TextEncoder().encode(`${interpreter}\0`);
    bytes.set(text, 200);
    if (wide) {
      view.setBigUint64(start + 8, 200n, little);
      view.setBigUint64(start + 32, BigInt(text.length), little);
    } else {
      view.setUint32(start + 4, 200, little);
      view.setUint32(start + 16, text.length, little);
    }
  }
  return bytes;
}

test("static and dynamically linked, 32 and 64 bits, both byte orders", () => {
  const loader = "/lib/ld.so";
  for (const wide of [true, false]) {
    for (const little of [true, false]) {
      assert.deepEqual(inspectExecutable(elf({ machine: 183, wide, little })), {
        kind: "elf",
        machine: "aarch64",
        interpreter: undefined,
      });
      assert.deepEqual(inspectExecutable(elf({ machine: 62, interpreter: loader, wide, little })), {
        kind: "elf",
        machine: "x86_64",
        interpreter: loader,
      });
    }
  }
  assert.equal((inspectExecutable(elf({ machine: 4711 })) as { machine: string }).machine, "machine 4711");
});

test("this machine's shell is dynamically linked", { skip: process.platform !== "linux" }, () => {
  const found = inspectExecutable(readFileSync("/bin/sh"));
  assert.equal(found.kind, "elf");
  assert.match((found as { interpreter: string }).interpreter, /^\/lib.*\/ld-/);
});

test("scripts, and files of no known format", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual(inspectExecutable(bytes("#! /usr/bin/env -S bash\n")), {
    kind: "script",
    interpreter: "/usr/bin/env",
  });
  for (const text of ["", "MZ", "{}".repeat(64)]) {
    assert.deepEqual(inspectExecutable(bytes(text)), { kind: "unknown" });
  }
});

test("files that execve rejects with an exec format error", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const changed = (change: (view: DataView) => void) => {
    const file = elf({ machine: 62, interpreter: "/lib/ld.so" });
    change(new DataView(file.buffer));
    return file;
  };
  for (const [what, head] of [
    ["a header with nothing after it", changed((view) => view.setUint16(56, 0, true)).subarray(0, 64)],
    ["half a header", bytes("\x7fELF")],
    ["program headers outside of the file", changed((view) => view.setBigUint64(32, 1_000_000n, true))],
    ["an object file", changed((view) => view.setUint16(16, 1, true))],
    ["a loader whose name does not end", changed((view) => view.setBigUint64(64 + 32, 5n, true))],
    ["nothing to load", changed((view) => view.setUint32(64 + 56, 4, true))],
    ["a script without interpreter", bytes("#!\necho\n")],
    ["a script with only blanks", bytes("#! \t\necho\n")],
  ] as const) {
    assert.equal(inspectExecutable(head).kind, "broken", what);
  }
  assert.deepEqual(inspectExecutable(bytes("#!/bin/sh\r\n")), { kind: "script", interpreter: "/bin/sh\r" });
});

test("Windows executables, with and without a PE header", () => {
  const pe = (machine: number, at = 128) => {
    const file = Buffer.alloc(256);
    file.write("MZ");
    file.writeUInt32LE(at, 0x3c);
    file.write("PE\0\0", 128, "latin1");
    file.writeUInt16LE(machine, 132);
    return file;
  };
  assert.deepEqual(inspectExecutable(pe(0x8664)), { kind: "pe", machine: "x86_64" });
  assert.deepEqual(inspectExecutable(pe(0xaa64)), { kind: "pe", machine: "aarch64" });
  assert.equal(inspectExecutable(pe(0x8664, 64)).kind, "broken");
  assert.equal(inspectExecutable(pe(0x8664, 0xffff_fff0)).kind, "broken");
});
