import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { type RunResult, runFile } from "@imagecred/workspace";
import { nameServer } from "../src/testing/name-server.ts";
import { build, missing, program, temporaryDirectory } from "../src/testing/programs.ts";
import { httpServer } from "../src/testing/servers.ts";

/** An unused address of the loopback network. */
const NAME_SERVER = "127.77.0.1";

const skip = missing("static") || (process.getuid?.() === 0 ? false : "chroot needs root");

describe("static executable: a root directory with nothing but the file", { skip }, () => {
  let directory: string;
  let surroundings: string;
  let lookup: string;
  before(async () => {
    directory = temporaryDirectory();
    surroundings = await build(program("surroundings"), "static", join(directory, "surroundings"));
    lookup = await build(program("lookup"), "static", join(directory, "lookup"));
  });

  /** Runs `file` as the only file of a root, with these files of /etc. */
  async function runAlone(
    file: string,
    args: readonly string[],
    etc: Record<string, string> = {},
  ): Promise<RunResult> {
    const root = mkdtempSync(join(directory, "root-"));
    await copyFile(file, join(root, "program"));
    if (Object.keys(etc).length > 0) mkdirSync(join(root, "etc"));
    for (const [name, content] of Object.entries(etc)) writeFileSync(join(root, "etc", name), content);
    return runFile("/usr/sbin/chroot", { args: [root, "/program", ...args] });
  }

  test("it runs, without even /proc and /dev", async () => {
    const { exitCode, stdout, stderr } = await runAlone(surroundings, ["a", "b"]);
    assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
    assert.deepEqual(JSON.parse(stdout), { args: ["a", "b"], intruder: null });
  });

  test("names from /etc/hosts", async (t) => {
    const server = await httpServer(t, (_, response) => response.end("found"));
    const etc = { hosts: "# comment\n127.0.0.1\tapi.example other\n" };
    const { stdout } = await runAlone(lookup, [`http://api.example:${server.port}/`], etc);
    assert.equal(stdout, "found");
  });

  test("names from the server in /etc/resolv.conf", async (t) => {
    const server = await httpServer(t, (_, response) => response.end("found"));
    const questions = await nameServer(t, NAME_SERVER, {
      "api.example": "alias",
      "large.example": "only by TCP",
      "short.cluster.local": "alias",
      "sick.example": "broken",
    });
    const etc = {
      "resolv.conf": `search cluster.local\nnameserver ${NAME_SERVER}\noptions attempts:1 ndots:1\n`,
    };
    const ask = async (host: string) => {
      questions.length = 0;
      const { stdout } = await runAlone(lookup, [`http://${host}:${server.port}/`], etc);
      return { stdout, questions: [...questions].sort() };
    };
    assert.deepEqual(await ask("api.example"), {
      stdout: "found",
      questions: ["udp A api.example", "udp AAAA api.example"],
    });
    assert.equal((await ask("large.example")).stdout, "found");
    assert.ok(questions.includes("tcp A large.example"));
    assert.deepEqual((await ask("short")).stdout, "found");
    assert.ok(!questions.includes("udp A short"));
    assert.equal((await ask("absent.example")).stdout, "ENOTFOUND");
    assert.ok(questions.includes("udp A absent.example.cluster.local"));
    assert.equal((await ask("sick.example")).stdout, "EAI_AGAIN");
  });

  test("no name server at all", async () => {
    const { stdout } = await runAlone(lookup, ["http://api.example/"], {
      "resolv.conf": "nameserver 127.77.0.2\n",
    });
    assert.equal(stdout, "EAI_AGAIN");
  });
});
