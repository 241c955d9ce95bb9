/** Runs one case in the namespace that it was started in: INDEX. Prints {@link Judged} for each name, as JSON. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { bringUpLoopback, insideNamespace, replaceFile } from "@imagecred/workspace";
import { TransportError } from "../../src/http/transport.ts";
import { lookUp } from "../../src/runtime/nodejs/names.ts";
import { CASES, HOSTS } from "./cases.ts";
import { startNameServer } from "./name-server.ts";

/** What came of one name: addresses in order, or a code. */
export interface Judged {
  readonly name: string;
  readonly glibc: string;
  /** {@link LATER} where it took more than a second longer than glibc. */
  readonly ours: string;
}

/** In the place of an outcome: not known when glibc's was, nor a second later. */
export const LATER = "later";
const PATIENCE_MS = 1_000;

/** Python's getaddrinfo is glibc's. It says how long it took, without its own start. */
const GETADDRINFO = `
import socket, sys, time
started = time.monotonic()
try:
    found = ' '.join(sorted({found[4][0] for found in socket.getaddrinfo(sys.argv[1].encode(), None)}))
except socket.gaierror as error:
    found = {-2: 'ENOTFOUND', -5: 'ENOTFOUND', -3: 'EAI_AGAIN', -4: 'EAI_AGAIN'}.get(error.errno, str(error))
print(int((time.monotonic() - started) * 1000), found)
`;

if (import.meta.main) {
  const found = CASES[Number(process.argv[2])];
  if (!insideNamespace() || found === undefined) throw new Error("started by names.judged.test.ts only");
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
  process.stdout.write(JSON.stringify(judged), () => process.exit());
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
