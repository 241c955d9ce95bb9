/**
 * Compares the Node.js runtime's name resolution with glibc's, as `tools/runtime/src/net/names/judged_by_glibc.rs` does for the
 * static runtime. The two runtimes differ: for some names that the static one finds, glibc and the Node.js runtime give up
 * (FORMERR and unknown codes of the first server, `attempts:0`). If no server responds, the Node.js runtime gives up later
 * than glibc.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import {
  bringUpLoopback,
  insideNamespace,
  needsRoot,
  replaceFile,
  runInNamespace,
} from "@imagecred/workspace";
import { TransportError } from "../src/http/transport.ts";
import { exit } from "../src/runtime/nodejs/exit.ts";
import { lookUp } from "../src/runtime/nodejs/names.ts";
import { CASES, type Case, HOSTS } from "../src/runtime/nodejs/testing/name-cases.ts";
import { startNameServer } from "../src/runtime/nodejs/testing/name-server.ts";

/** Much longer than a case takes (milliseconds). */
const LIMIT_MS = 120_000;
/** In parallel, because they mostly wait for glibc's time limits. */
const AT_ONCE = 4 * availableParallelism();
/**
 * Cases in which glibc gives up more than a second earlier: the name servers are still queried directly then, up to four times
 * each, and the run's time limit ends that.
 */
const GIVES_UP_LATER = new Set(["all servers are silent"]);

/** The result of one name: addresses in order, or a code. */
interface Judged {
  readonly name: string;
  readonly glibc: string;
  /** {@link LATER} if it took more than a second longer than glibc. */
  readonly ours: string;
}

/** Replaces an outcome that is not known one second after glibc's. */
const LATER = "later";
const PATIENCE_MS = 1_000;

/** Python's getaddrinfo is glibc's. Prints its duration, without Python's start. */
const GETADDRINFO = `
import socket, sys, time
started = time.monotonic()
try:
    found = ' '.join(sorted({found[4][0] for found in socket.getaddrinfo(sys.argv[1].encode(), None)}))
except socket.gaierror as error:
    found = {-2: 'ENOTFOUND', -5: 'ENOTFOUND', -3: 'EAI_AGAIN', -4: 'EAI_AGAIN'}.get(error.errno, str(error))
print(int((time.monotonic() - started) * 1000), found)
`;

if (insideNamespace()) await runCase(CASES[Number(process.argv[2])]);
else compare();

function compare(): void {
  const skip = needsRoot("unshare", "ip", "mount", "python3");
  const results = new Map<string, readonly Judged[]>();

  before(async () => {
    if (skip !== false) return;
    const waiting = CASES.map(({ what }, index) => async () => {
      const { exitCode, output } = await runInNamespace([import.meta.filename, String(index)], {
        processes: true,
        timeoutMs: LIMIT_MS,
      });
      assert.equal(exitCode, 0, `${what}: ${output}`);
      results.set(what, JSON.parse(output) as readonly Judged[]);
    });
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });

  describe("the Node.js runtime resolves names like glibc", { skip }, () => {
    for (const { what, names } of CASES) {
      test(what, () => {
        const judged = results.get(what) ?? [];
        assert.equal(judged.length, names.length);
        for (const { name, glibc, ours } of judged)
          assert.equal(ours, GIVES_UP_LATER.has(what) ? LATER : glibc, `${name}, by glibc ${glibc}`);
      });
    }
  });
}

/** Runs one case in the namespace that this file was started in, and prints the result of each name as JSON. */
async function runCase(found: Case | undefined): Promise<void> {
  assert.ok(found);
  bringUpLoopback([]);
  replaceFile("/etc/resolv.conf", found.conf);
  replaceFile("/etc/hosts", HOSTS);
  replaceFile("/etc/nsswitch.conf", "hosts: files dns\n");
  for (const [index, answers] of found.servers.entries())
    await startNameServer(`127.0.0.${index + 1}`, answers);
  const judged: Judged[] = [];
  for (const name of found.names) {
    const theirs = await glibc(name);
    judged.push({ name, glibc: theirs.outcome, ours: await ours(name, theirs.ms + PATIENCE_MS) });
  }
  // process.exit would wait for a glibc lookup that this process's own name servers no longer answer.
  process.stdout.write(JSON.stringify(judged), () => exit(0));
}

async function glibc(name: string): Promise<{ readonly outcome: string; readonly ms: number }> {
  const { stdout } = await promisify(execFile)("python3", ["-c", GETADDRINFO, name]);
  const [, ms = "", outcome = ""] = /^(\d+) (.*)$/.exec(stdout.trim()) ?? [];
  return { outcome, ms: Number(ms) };
}

async function ours(name: string, limitMs: number): Promise<string> {
  const addresses = new Set<string>();
  const report = (found: readonly string[]) => {
    for (const each of found) addresses.add(each);
  };
  const lookup = lookUp(name, report);
  const end = Promise.withResolvers<string>();
  const timer = setTimeout(() => end.resolve(LATER), limitMs);
  lookup.done.then(
    () => end.resolve([...addresses].toSorted().join(" ")),
    (error: unknown) => {
      if (error instanceof TransportError) end.resolve(error.code);
      else end.reject(error);
    },
  );
  try {
    return await end.promise;
  } finally {
    clearTimeout(timer);
    lookup.stop();
  }
}
