/**
 * A server that sends back what it was sent, in every encoding and at every place of a response, on every call of every
 * identity: nothing of it is on stdout or stderr. What the executables do with text of others is the same code on both
 * runtimes; the static one is tried in full, the other with a part.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, test } from "node:test";
import type { Clouds } from "@imagecred/fake-clouds";
import { executables, type Runtime } from "@imagecred/workspace";
import { baseNames } from "../src/agreement/bases.ts";
import { PLUGINS, Place } from "../src/agreement/place.ts";
import { randomFrom } from "../src/agreement/random.ts";
import { echoes } from "../src/faults/echoes.ts";
import { kubeletRequest } from "../src/request.ts";

/** As many as fit into what is quoted of a response. */
const QUOTED = 3;
const SHARE: Readonly<Record<Runtime, number>> = { static: 0.12, nodejs: 0.01 };
const SEED = "secrets";

/** The secrets that a server may know: those of the requests so far, and the newest. */
function known({ secrets, requests }: Clouds, random: ReturnType<typeof randomFrom>): readonly string[] {
  const sent = requests
    .map(({ headers, query, body }) => `${JSON.stringify(headers)} ${decodeURIComponent(query)} ${body}`)
    .join(" ");
  const list = secrets.list().map(({ value }) => value);
  const used = list.filter((value) => sent.includes(value) || sent.includes(encodeURIComponent(value)));
  const candidates = used.length > 0 ? used : list.slice(-6);
  return Array.from({ length: QUOTED }, () => random.pick(candidates));
}

const missing = PLUGINS.flatMap((plugin) => executables(`${plugin}-credential-provider`)).find(
  ({ skipped }) => skipped !== undefined,
)?.skipped;

describe("secrets that a server sends back", { skip: missing ?? false }, () => {
  for (const runtime of ["static", "nodejs"] as const) {
    test(`are never written (${runtime})`, async () => {
      const jobs = PLUGINS.flatMap((plugin) => baseNames(plugin).map((base) => ({ plugin, base })));
      const found: string[] = [];
      let runs = 0;
      let blanked = 0;
      const tried = new Set<string>();
      const work = async () => {
        await using place = await Place.open();
        const random = randomFrom(SEED);
        const { clouds } = place.laneFor(random);
        for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
          const base = await place.baseNamed(job.plugin, job.base);
          for (const { service, operation } of await place.callsOf(base)) {
            const name = `${job.plugin}, ${service} ${operation}`;
            if (tried.has(name)) continue;
            tried.add(name);
            for (const [what, fault] of echoes(() => known(clouds, random))) {
              if (!random.chance(SHARE[runtime])) continue;
              const trial = {
                ...base,
                what,
                env: { ...base.env, IMAGECRED_LOG: random.pick(["debug", "json,debug", ""]) },
                stdin: kubeletRequest(base.image, base.request),
                limitSeconds: 2,
                faults: [{ service, operation, fault }],
              };
              const { stderr, leaks } = await place.runForLeaks(trial, runtime);
              runs++;
              if (stderr.includes("[redacted]")) blanked++;
              if (leaks.length > 0) found.push(`${name}: ${what}: ${JSON.stringify(leaks)}: ${stderr}`);
            }
          }
        }
      };
      await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
      assert.deepEqual(found, []);
      // It shows nothing unless what was sent back came as far as the words.
      assert.ok(blanked > runs / 4, `${blanked} of ${runs} had something to blank`);
    });
  }
});
