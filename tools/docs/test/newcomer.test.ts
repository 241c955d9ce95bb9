import assert from "node:assert/strict";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { registryStatus } from "@imagecred/e2e";
import {
  built,
  driverOf,
  goMissing,
  type Lookup,
  NEWEST,
  type Started,
} from "@imagecred/kubelet-conformance";
import { BARE_DEBIAN } from "@imagecred/release";
import { debianRootPath } from "@imagecred/workspace";
import { startSurroundings } from "../src/clouds.ts";
import { Machine, NO_MACHINE } from "../src/machine.ts";
import { type Block, blocksOf, placeOf, textOf } from "../src/page.ts";
import { builtRelease, CURL_STAND_IN, flatten, VERSION } from "../src/release.ts";
import { commandsOf } from "../src/session.ts";

/**
 * Follows only docs/node-image-builder.md: from a release tree, onto a bare Debian, to a credential that the kubelet's own
 * code finds and the registry accepts.
 */
const PAGE = "node-image-builder.md";
const IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";
const CONFIG = "/etc/kubernetes/credential-provider-config.yaml";
const BIN_DIR = "/usr/local/libexec/kubernetes/credential-providers";

const release = builtRelease();
const skip =
  NO_MACHINE ||
  (goMissing() ??
    (existsSync(debianRootPath(BARE_DEBIAN))
      ? release === undefined && "there is no release of linux-amd64 (npm run release makes one)"
      : "there is no bare Debian (npm run release:verify makes it)"));

/** The page's blocks from its beginning up to a sentence. */
function blocksBefore(sentence: string): readonly Block[] {
  const end = textOf(PAGE).indexOf(sentence);
  assert.notEqual(end, -1, `the page does not say "${sentence}"`);
  return blocksOf(PAGE).filter(
    ({ language, mark, offset }) => language === "console" && mark?.kind !== "not run" && offset < end,
  );
}

describe("a newcomer on a bare Debian", { skip }, () => {
  test("gets a credential with only the page", async () => {
    assert.ok(release);
    const { clouds, env } = await startSurroundings();
    await using machine = await Machine.start({
      root: debianRootPath(BARE_DEBIAN),
      env,
      shared: [clouds.core.directory],
      standIns: { curl: CURL_STAND_IN },
    });
    await using _ = clouds;
    flatten(release.directory, machine.directory);
    const { session } = machine;

    for (const block of blocksBefore("### From a package")) {
      const program = block.mark?.conditions.get("needs");
      if (program !== undefined && (await session.run(`type ${program}`)).exitCode !== 0) continue;
      for (const { command } of commandsOf(block.content)) {
        const { output, exitCode } = await session.run(command.replaceAll(VERSION, release.version));
        assert.equal(exitCode, 0, `${placeOf(block)}: ${command}\n${output}`);
      }
    }

    copyFileSync(built(driverOf(NEWEST)), join(machine.directory, "driver"));
    const questions = [
      { id: 1, op: "register", config: CONFIG, binDir: BIN_DIR, serviceAccounts: [] },
      { id: 2, op: "lookup", image: IMAGE, pod: {} },
    ].map((question) => `'${JSON.stringify(question)}'`);
    const { output } = await session.run(
      `printf '%s\\n' ${questions.join(" ")} | ${machine.directory}/driver`,
    );
    const [registered, found] = output
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { out: unknown }).out) as [Started, Lookup];
    assert.equal(registered.error, null);
    assert.equal(registered.registered, 1);
    const [login] = found.creds;
    assert.ok(login, found.log.join("\n"));
    assert.equal(await registryStatus(clouds, IMAGE, login), 200);
    assert.deepEqual(clouds.defects, []);
  });
});
