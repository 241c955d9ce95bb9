import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { executable, executablePath, executables } from "./executables.ts";
import { DIST } from "./paths.ts";
import { platformNamed } from "./platforms.ts";

test("the path of a built program, by platform and runtime", () => {
  const arm = platformNamed("linux-arm64");
  const windows = platformNamed("windows-amd64");
  assert.equal(executablePath("imagecred", "static", { platform: arm }), join(DIST, "linux-arm64/imagecred"));
  assert.equal(
    executablePath("imagecred", "nodejs", { platform: arm }),
    join(DIST, "linux-arm64-nodejs/imagecred"),
  );
  assert.equal(
    executablePath("imagecred", "nodejs", { platform: windows, dist: "/elsewhere" }),
    "/elsewhere/windows-amd64-nodejs/imagecred.exe",
  );
});

test("a program that is not built says so, for every runtime", () => {
  assert.deepEqual(
    executables("no-such-program").map(({ runtime }) => runtime),
    ["static", "nodejs"],
  );
  assert.match(
    executable("no-such-program", "static").skipped ?? "",
    /^dist\/linux-\w+\/no-such-program is not built \(npm run build, which needs a Rust toolchain\)$/,
  );
});

test("a platform that we do not build for", () => {
  assert.throws(() => platformNamed("plan9-mips"), /no platform plan9-mips; there are linux-amd64, /);
});
