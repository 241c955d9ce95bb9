import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { parseOptions } from "./options.ts";
import { releasedPlatforms, runtimeFor, thisPlatform } from "./runtimes.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "imagecred-runtimes-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A list of runtimes, with the runtime for amd64 installed next to it. */
function install(content: string, sha256 = createHash("sha256").update(content).digest("hex")): string {
  const home = join(directory, "node_modules/@imagecred/runtime-linux-x64");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), "{}");
  writeFileSync(join(home, "imagecred-runtime"), content);
  const entry = (name: string) => ({ package: name, file: "imagecred-runtime", sha256 });
  const list = join(directory, "runtimes.json");
  writeFileSync(
    list,
    JSON.stringify({
      "linux-amd64": entry("@imagecred/runtime-linux-x64"),
      "linux-arm64": entry("@imagecred/runtime-linux-arm64"),
    }),
  );
  return list;
}

describe("the runtime of a platform", () => {
  test("is the installed one, if it is the released one", () => {
    const list = install("runtime");
    assert.equal(
      runtimeFor("linux-amd64", list),
      join(directory, "node_modules/@imagecred/runtime-linux-x64/imagecred-runtime"),
    );
    assert.deepEqual(releasedPlatforms(list), ["linux-amd64", "linux-arm64"]);
  });

  test("is rejected if its checksum differs, and the message has both", () => {
    const list = install("changed", "0".repeat(64));
    assert.throws(
      () => runtimeFor("linux-amd64", list),
      /has the SHA-256 [0-9a-f]{64}, expected 0{64}: install/,
    );
  });

  test("that is not installed: the error says how to install it, and why npm left it out", () => {
    const list = install("runtime");
    assert.throws(
      () => runtimeFor("linux-arm64", list),
      /the runtime for linux-arm64 is not installed: npm install @imagecred\/runtime-linux-arm64 \(npm leaves it out with --omit=optional\)/,
    );
  });

  test("a checkout has no list", () => {
    const list = join(directory, "gone.json");
    assert.throws(() => runtimeFor("linux-amd64", list), /without its runtimes: install it from npm/);
    assert.deepEqual(releasedPlatforms(list), ["linux-amd64", "linux-arm64"]);
  });

  test("the compiler runs only on Linux; elsewhere the message says where to build", () => {
    assert.equal(thisPlatform({ platform: "linux", arch: "x64" }), "linux-amd64");
    assert.equal(thisPlatform({ platform: "linux", arch: "arm64" }), "linux-arm64");
    for (const [platform, arch] of [
      ["darwin", "arm64"],
      ["win32", "x64"],
      ["linux", "riscv64"],
    ] as const)
      assert.throws(
        () => thisPlatform({ platform, arch }),
        new RegExp(`this is ${platform} on ${arch}: build in a Linux container or in CI`),
      );
  });
});

describe("the command line", () => {
  test("the name is the nearest package's, without its scope", () => {
    writeFileSync(join(directory, "package.json"), '{"name":"@team/r-credential-provider"}');
    mkdirSync(join(directory, "src"));
    writeFileSync(join(directory, "src/main.ts"), "");
    const inherited = parseOptions(["main.ts"], join(directory, "src"), ["linux-amd64"]);
    assert.deepEqual(inherited, {
      entry: "main.ts",
      name: "r-credential-provider",
      platforms: ["linux-amd64"],
      out: "dist",
    });
    const given = parseOptions(
      ["src/main.ts", "--name", "x", "--platform", "linux-arm64", "--out", "o"],
      directory,
    );
    assert.deepEqual(given, { entry: "src/main.ts", name: "x", platforms: ["linux-arm64"], out: "o" });
    assert.equal(parseOptions(["--help"], directory), undefined);
  });
});
