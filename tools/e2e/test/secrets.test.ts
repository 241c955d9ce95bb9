/**
 * A server that echoes secrets in every encoding and every part of a response, on every call of every identity: none of
 * them reach stdout or stderr. Both runtimes share the code that handles such text, so only static runs all cases and
 * Node.js runs a part.
 */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, test } from "node:test";
import type { Clouds } from "@imagecred/fake-clouds";
import { executables, type Runtime } from "@imagecred/workspace";
import { baseNames } from "../src/agreement/bases.ts";
import { PLUGINS, Place } from "../src/agreement/place.ts";
import { type Random, randomFrom } from "../src/agreement/random.ts";
import type { Base } from "../src/agreement/trial.ts";
import { echoes } from "../src/faults/echoes.ts";
import { kubeletRequest } from "../src/request.ts";

/** As many as fit into the quoted part of a response. */
const QUOTED = 3;
const SHARE: Readonly<Record<Runtime, number>> = { static: 0.04, nodejs: 0.005 };
const SEED = "secrets";

/** All inputs of the process: its variables, its arguments, stdin, and the files that these name. */
function inputsOf({ args, env, request }: Base): string {
  const words = [...args, ...Object.values(env), JSON.stringify(request)];
  const files = words.filter(
    (word) => word.startsWith("/") && statSync(word, { throwIfNoEntry: false })?.isFile(),
  );
  return [...words, ...files.map((path) => readFileSync(path, "utf8"))].join("\n");
}

/** The secrets of the process: those that it sent in this run, or else those that it signs with. */
function held({ secrets, requests }: Clouds, inputs: string): readonly string[] {
  const sent = requests
    .map(({ headers, query, body }) => `${JSON.stringify(headers)} ${decodeURIComponent(query)} ${body}`)
    .join(" ");
  const list = secrets.list().map(({ value }) => value);
  const used = list.filter((value) => sent.includes(value) || sent.includes(encodeURIComponent(value)));
  return used.length > 0 ? used : list.filter((value) => inputs.includes(value));
}

function some(values: readonly string[], random: Random): readonly string[] {
  return values.length === 0 ? [] : Array.from({ length: QUOTED }, () => random.pick(values));
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
          const inputs = inputsOf(base);
          for (const { service, operation } of await place.callsOf(base)) {
            const name = `${job.plugin}, ${service} ${operation}`;
            if (tried.has(name)) continue;
            tried.add(name);
            for (const [what, fault] of echoes(() => some(held(clouds, inputs), random))) {
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
      // The test proves nothing unless the echoed text reached the message.
      assert.ok(blanked > runs / 20, `${blanked} of ${runs} had something to blank`);
    });
  }
});
