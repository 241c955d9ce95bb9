import { chmodSync, chownSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type Case, type Cases, executables, script } from "./case.ts";

function text(path: string, content: string): void {
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}

/** e_machine of x86_64 and aarch64 (System V ABI). */
const [OWN_MACHINE, OTHER_MACHINE] = process.arch === "arm64" ? [183, 62] : [62, 183];

/** A complete ELF executable with one segment, and optionally a loader. */
function elf(
  path: string,
  { machine = OWN_MACHINE, loader = "" }: { readonly machine?: number; readonly loader?: string },
): void {
  const segments = loader === "" ? 1 : 2;
  const header = Buffer.alloc(64 + segments * 56);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(machine, 18);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(segments, 56);
  header.writeUInt32LE(1, 64);
  if (segments === 2) {
    header.writeUInt32LE(3, 120);
    header.writeBigUInt64LE(BigInt(header.length), 128);
    header.writeBigUInt64LE(BigInt(loader.length + 1), 152);
  }
  writeFileSync(path, Buffer.concat([header, Buffer.from(loader === "" ? "" : `${loader}\0`)]));
  chmodSync(path, 0o755);
}

/** {@link executables}, with an imagecred whose header determines this machine's architecture. */
function onThisMachine(make: (path: string) => void): Required<Pick<Case, "args" | "prepare">> {
  const { args, prepare } = executables(make);
  return {
    args,
    prepare: (bench) => {
      mkdirSync(bench.path("usr/bin"), { recursive: true });
      elf(bench.path("usr/bin/imagecred"), {});
      prepare(bench);
    },
  };
}

/** lint/executable-lints.ts */
export const EXECUTABLE_CASES: Cases = {
  "bin-dir-missing": {
    hits: [{ args: ["--bin-dir", "/nowhere"], at: [1, 1] }],
    misses: [executables(script)],
  },
  "executable-missing": {
    hits: [executables(() => {}), executables((path) => mkdirSync(path))],
    misses: [
      executables(script),
      executables((path) => {
        script(`${path}-real`);
        symlinkSync("custom-real", path);
      }),
    ],
  },
  "executable-mode": { hits: [executables((path) => script(path, 0o644))], misses: [executables(script)] },
  "executable-format": {
    hits: [
      executables((path) => {
        text(path, "echo no interpreter\n");
      }),
      executables((path) => text(path, "")),
      executables((path) => text(path, "#!\n")),
      executables((path) => text(path, "\x7fELF")),
    ],
    misses: [executables(script)],
  },
  // Executables that the kubelet cannot start either.
  "executable-machine": {
    hits: [
      onThisMachine((path) => elf(path, { machine: OTHER_MACHINE })),
      onThisMachine((path) => elf(path, { machine: 3 })),
    ],
    misses: [onThisMachine((path) => elf(path, {})), executables(script)],
  },
  "executable-interpreter": {
    hits: [
      {
        ...executables((path) => text(path, "#!/usr/bin/pyhton\n")),
        says: /"\/usr\/bin\/pyhton", which does not/,
      },
      { ...executables((path) => text(path, "#!/bin/sh\r\n")), says: /"\/bin\/sh\\r", which does not/ },
      { ...executables((path) => text(path, "#!/usr/bin/env python3\n")), says: /"\/usr\/bin\/env"/ },
      {
        ...onThisMachine((path) => elf(path, { loader: "/lib/ld-musl-x.so.1" })),
        says: /needs the loader \/lib\/ld-musl-x\.so\.1, which does not exist/,
      },
    ],
    misses: [executables(script), onThisMachine((path) => elf(path, {}))],
  },
  "executable-writable": {
    hits: [
      executables((path) => script(path, 0o757)),
      executables((path) => {
        script(path);
        chmodSync(path.replace("/custom", ""), 0o777);
      }),
      ...(process.geteuid?.() === 0
        ? [
            executables((path) => {
              script(path);
              chownSync(path, 1234, 0);
            }),
          ]
        : []),
    ],
    misses: process.geteuid?.() === 0 ? [executables(script)] : [],
  },
  "executable-dynamic": {
    hits: [executables((path) => copyFileSync("/bin/sh", path))],
    misses: [executables(script)],
  },
};
