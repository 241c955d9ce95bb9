import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { goMissing } from "../src/go-build.ts";
import { KubeletCode } from "../src/kubelet-code.ts";
import { LineProcess } from "../src/line-process.ts";
import { config } from "./differential/configs.ts";
import { imageName, qualifiedName } from "./differential/image-names.ts";
import { keyring, provide } from "./differential/keyrings.ts";
import { globAndImage, patternAndName, url } from "./differential/names.ts";
import { response } from "./differential/responses.ts";
import { cacheKey, duration, quote, request } from "./differential/values.ts";

/** Fixed, so that CI says the same tomorrow; another number explores, and a failure prints it with the smallest case. */
const SEED = Number(process.env["IMAGECRED_SEED"] ?? 20_260_101);
/** 2 makes every comparison twice as long, and so on. */
const FACTOR = Number(process.env["IMAGECRED_RUNS"] ?? 1);

const skip = (await goMissing()) ?? false;

describe("packages/kubelet against the kubelet's own code", { skip }, () => {
  let ours: LineProcess;
  const kubelets: { newest?: KubeletCode; oldest?: KubeletCode } = {};

  before(async () => {
    const server = join(import.meta.dirname, "../../../packages/kubelet/test/differential-server.ts");
    ours = new LineProcess([process.execPath, "--conditions=source", server], process.env);
    kubelets.newest = await KubeletCode.start("newest", process.env);
    kubelets.oldest = await KubeletCode.start("oldest", process.env);
  });
  after(async () => {
    await ours[Symbol.asyncDispose]();
    await kubelets.newest?.[Symbol.asyncDispose]();
    await kubelets.oldest?.[Symbol.asyncDispose]();
  });

  /** Every case gives the same on both sides; the smallest that does not is shown. */
  function agree(
    op: string,
    cases: fc.Arbitrary<Record<string, unknown>>,
    runs: number,
    { release = "newest", compare = same }: { release?: "newest" | "oldest"; compare?: Comparison } = {},
  ): void {
    test(`${op}: ${runs} cases, ${release} release`, async () => {
      const kubelet = kubelets[release];
      assert.ok(kubelet);
      // The oldest release has its own texts; packages/kubelet is told which one to be.
      const version = release === "oldest" ? { kubernetesVersion: "1.29" } : {};
      const property = fc.asyncProperty(cases, async (fields) => {
        const [theirs, mine] = await Promise.all([
          kubelet.ask(op, fields),
          ours.ask({ ...fields, ...version, op }),
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
  agree("response", response, 2_000);
  agree("request", request, 1_000);
  agree("keyring", keyring, 5_000);
  agree("provide", provide, 3_000);
  agree("cacheKey", cacheKey, 1_000);

  agree("match", globAndImage, 2_000, { release: "oldest" });
  // It counts the domain towards the 255 characters of a repository's name; newer releases do not.
  agree(
    "image",
    imageName.filter(({ image }) => image.length < 200),
    2_000,
    { release: "oldest" },
  );
  agree("keyring", keyring, 2_000, { release: "oldest" });
  agree("response", response, 1_000, { release: "oldest" });
  agree(
    "config",
    config.filter(({ dir }) => dir !== true),
    2_000,
    { release: "oldest", compare: sameConfig },
  );
});

type Comparison = (theirs: unknown, mine: unknown) => boolean;

function same(theirs: unknown, mine: unknown): boolean {
  return isDeepStrictEqual(plain(theirs), plain(mine));
}

/**
 * Equal, but for the texts that come out of Go's YAML library: there both refuse, each in its own words, and
 * packages/kubelet says so.
 */
function sameConfig(theirs: unknown, mine: unknown): boolean {
  const { readErrorClass, ...answer } = mine as Record<string, unknown>;
  const other = theirs as Record<string, unknown>;
  const bothRefuse = typeof other["readError"] === "string" && typeof answer["readError"] === "string";
  if (bothRefuse && readErrorClass !== "exact") return true;
  // The oldest release has no hash.
  if (other["hash"] === undefined) delete answer["hash"];
  return same(withoutChance(other), withoutChance(answer));
}

/** Without what no code decides: a path in a build, and the order of a Go map in the oldest release's lists of values. */
function withoutChance(answer: unknown): unknown {
  const text = JSON.stringify(answer)
    .replace(/ in scheme \\"[^"]*\\"/g, "")
    .replace(/(?<=supported values: )\\"[^,]*\\"(?:, \\"[^,]*\\")*/g, (values) =>
      values.split(", ").toSorted().join(", "),
    );
  return JSON.parse(text);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
