import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BARE_DEBIAN } from "@imagecred/release";
import { debianRoot, debianRootPath, executable, ROOT, whyNoDebianRoot } from "@imagecred/workspace";
import { startSurroundings } from "../src/clouds.ts";
import { Machine, NO_MACHINE } from "../src/machine.ts";
import { writeRelease } from "../src/release.ts";
import { commandsOf } from "../src/session.ts";

/**
 * Runs the README's commands for a node, unchanged except for the base URL, on a bare Debian. They download from a release
 * page that is served over HTTP on loopback.
 */
const BASE = "https://github.com/imagecred/imagecred/releases/latest/download";
const BIN_DIR = "/usr/local/libexec/kubernetes/credential-providers";

const skip =
  NO_MACHINE ||
  // The Node.js executables need libraries that a bare Debian does not have.
  executable("imagecred", "static").skipped ||
  (process.arch === "x64"
    ? (whyNoDebianRoot(BARE_DEBIAN) ??
      (existsSync(debianRootPath(BARE_DEBIAN))
        ? false
        : "there is no bare Debian in the cache (npm run release:verify makes it)"))
    : "the README's commands are for amd64");

function commands(base: string): readonly string[] {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, block = ""] = /^## Install on a node\n[\s\S]*?```console\n([\s\S]*?)```/m.exec(readme) ?? [];
  assert.ok(block.includes(BASE), "the README downloads from the newest release");
  return commandsOf(block.replaceAll(BASE, base)).map(({ command }) => command);
}

describe("README, install on a node", { skip }, () => {
  let machine: Machine;
  let surroundings: Awaited<ReturnType<typeof startSurroundings>>;
  const served: string[] = [];
  const server = createServer((request, response) => {
    const name = basename(request.url ?? "");
    const path = join(machine.directory, "flat", name);
    served.push(name);
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  });
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  before(async () => {
    surroundings = await startSurroundings();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    machine = await Machine.start({
      root: debianRoot(BARE_DEBIAN),
      env: surroundings.env,
      shared: [surroundings.clouds.core.directory],
    });
    await writeRelease(machine.directory);
  });
  after(async () => {
    await machine[Symbol.asyncDispose]();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await surroundings.clouds.close();
  });

  test("each line succeeds, and the kubelet's side is in place", async () => {
    const { session } = machine;
    for (const command of commands(base())) {
      const { output, exitCode } = await session.run(command);
      assert.equal(exitCode, 0, `${command}\n${output}`);
    }
    assert.deepEqual(served, ["SHA256SUMS", "imagecred-linux-amd64", "ecr-credential-provider-linux-amd64"]);
    const { output } = await session.run(`${BIN_DIR}/ecr-credential-provider --version`);
    assert.match(output, /^ecr-credential-provider \d/);
    const { exitCode, output: found } = await session.run(
      `./imagecred-linux-amd64 validate /etc/kubernetes/credential-provider-config.yaml --bin-dir ${BIN_DIR}`,
    );
    assert.equal(exitCode, 0, found);
    const restarted = await session.run("cat /run/systemctl.log");
    assert.equal(restarted.output, "systemctl restart kubelet\n");
  });

  test("a file that was changed in transit stops it before anything is installed", async () => {
    appendFileSync(join(machine.directory, "flat", "ecr-credential-provider-linux-amd64"), "x");
    const [first = "", second = "", third = ""] = commands(base());
    await machine.session.run("mkdir ../changed && cd ../changed");
    for (const command of [first, second]) assert.equal((await machine.session.run(command)).exitCode, 0);
    const { exitCode, output } = await machine.session.run(third);
    assert.notEqual(exitCode, 0);
    assert.match(output, /ecr-credential-provider-linux-amd64: FAILED/);
  });
});
