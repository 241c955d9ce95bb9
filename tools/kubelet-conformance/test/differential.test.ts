import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { config } from "../src/differential/configs.ts";
import { damagedYaml } from "../src/differential/damaged-yaml.ts";
import { imageName, qualifiedName } from "../src/differential/image-names.ts";
import { keyring, provide } from "../src/differential/keyrings.ts";
import { globAndImage, patternAndName, url } from "../src/differential/names.ts";
import { response } from "../src/differential/responses.ts";
import { cacheKey, duration, quote, request } from "../src/differential/values.ts";
import { goMissing } from "../src/go-build.ts";
import { LineProcess } from "../src/line-process.ts";
import { EveryKubelet, NEWEST, RELEASES, type Release } from "../src/releases.ts";

/** Fixed, so that CI is reproducible; use another number to explore. A failure prints it with the smallest case. */
const SEED = Number(process.env["IMAGECRED_SEED"] ?? 20_260_101);
/** 2 makes every comparison twice as long, and so on. */
const FACTOR = Number(process.env["IMAGECRED_RUNS"] ?? 1);

const skip = goMissing() ?? false;

describe("packages/kubelet against the kubelet's own code", { skip }, () => {
  let ours: LineProcess;
  let kubelets: EveryKubelet;

  before(async () => {
    const server = fileURLToPath(import.meta.resolve("@imagecred/kubelet/differential-server"));
    ours = new LineProcess([process.execPath, "--conditions=@imagecred/source", server], process.env);
    kubelets = await EveryKubelet.start(process.env);
  });
  after(async () => {
    await ours[Symbol.asyncDispose]();
    await kubelets[Symbol.asyncDispose]();
  });

  /** Every case has the same result on both sides; shows the smallest that differs. */
  function agree(
    op: string,
    cases: fc.Arbitrary<Record<string, unknown>>,
    runs: number,
    { release = NEWEST, compare = same }: { release?: Release; compare?: Comparison } = {},
  ): void {
    test(`${op}: ${runs} cases, ${release}`, async () => {
      const kubelet = kubelets.of(release);
      const property = fc.asyncProperty(cases, async (fields) => {
        const [theirs, mine] = await Promise.all([
          kubelet.ask(op, fields),
          ours.ask({ ...fields, kubernetesVersion: release, op }),
        ]);
        if (!compare(theirs, mine)) {
          assert.fail(
            `\n  asked   ${JSON.stringify({ op, ...fields })}\n  kubelet ${JSON.stringify(theirs)}\n  ours    ${JSON.stringify(mine)}`,
          );
        }
      });
      await fc.assert(property, { numRuns: runs * FACTOR, seed: SEED, endOnFailure: false });
    });
  }

  agree("match", globAndImage, 10_000);
  agree("parse", url, 10_000);
  agree("image", imageName, 5_000);
  agree("glob", patternAndName, 5_000);
  agree("quote", quote, 2_000);
  agree("duration", duration, 5_000);
  agree("qualifiedName", qualifiedName, 3_000);
  agree("config", config, 4_000, { compare: sameConfig });
  agree("config", damagedYaml, 6_000, { compare: sameConfig });
  agree("response", response, 2_000);
  agree("request", request, 1_000);
  agree("keyring", keyring, 5_000);
  agree("provide", provide, 3_000);
  agree("cacheKey", cacheKey, 1_000);

  for (const release of RELEASES.slice(1)) {
    // Directories came with 1.34.
    const readable = Number(release) < 1.34 ? config.filter(({ dir }) => dir !== true) : config;
    agree("config", readable, 1_500, { release, compare: sameConfig });
    agree("response", response, 500, { release });
    agree("keyring", keyring, 500, { release });
    agree("match", globAndImage, 500, { release });
  }
  // This one counts the domain towards the 255 characters of a repository's name.
  const short = imageName.filter(({ image }) => image.length < 200);
  agree("image", short, 1_000, { release: "1.29" });
});

type Comparison = (theirs: unknown, mine: unknown) => boolean;

function same(theirs: unknown, mine: unknown): boolean {
  return isDeepStrictEqual(plain(theirs), plain(mine));
}

/**
 * Equal, except for files of another kind, whose fields the kubelet may report first: both reject them, and
 * packages/kubelet reports that its text may differ.
 */
function sameConfig(theirs: unknown, mine: unknown): boolean {
  const { readErrorClass, ...answer } = mine as Record<string, unknown>;
  const other = theirs as Record<string, unknown>;
  const bothRefuse = typeof other["readError"] === "string" && typeof answer["readError"] === "string";
  if (bothRefuse && readErrorClass !== "exact") return true;
  // Before 1.34 there is no hash.
  if (other["hash"] === undefined) delete answer["hash"];
  return same(withoutChance(other), withoutChance(answer));
}

/** Without the parts that vary between builds or runs: a path in a build, and the order of a Go map in older releases' lists of values. */
function withoutChance(answer: unknown): unknown {
  const text = JSON.stringify(answer)
    .replace(/ in scheme \\"[^"]*\\"/g, "")
    .replace(/(?<=supported values: )\\"[\w./]+\\"(?:, \\"[\w./]+\\")*/g, (values) =>
      values.split(", ").toSorted().join(", "),
    );
  return JSON.parse(text);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
