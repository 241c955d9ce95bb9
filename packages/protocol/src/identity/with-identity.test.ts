import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError, failureOf } from "../errors.ts";
import type { ProviderResponse } from "../provider.ts";
import { captureLogger } from "../testing/capture-logger.ts";
import { requestFor } from "../testing/request-for.ts";
import type { Found, Unavailable } from "./chain.ts";
import { type IdentityFallback, parseIdentityPolicy } from "./policy.ts";
import { withIdentity } from "./with-identity.ts";

const ANSWER: ProviderResponse = { cacheKeyType: "Registry", auth: {}, expiresAt: 1_000_000 };

/** Outcomes of the pod's identity, in the identity step or in the exchange. */
type PodOutcome =
  | "granted"
  | "unassigned"
  | "refused"
  | "503"
  | "timeout"
  | "malformed"
  | "unknown"
  | "defect";
type Step = "identity" | "exchange";

const failed = (reason: string, failure?: CredentialError["failure"]) =>
  new CredentialError({
    action: "using the pod's identity",
    reason,
    ...(failure === undefined ? {} : { failure }),
  });

const FAILURES: Readonly<Record<Exclude<PodOutcome, "granted" | "unassigned">, () => Error>> = {
  refused: () => failed("status 403", failureOf(403)),
  "503": () => failed("status 503", failureOf(503)),
  timeout: () => failed("no answer in time", "temporary"),
  malformed: () => failed("not the ARN of a role", "misconfigured"),
  unknown: () => failed("status 403 of a proxy"),
  defect: () => new TypeError("a defect"),
};

interface Run {
  readonly token?: boolean;
  readonly identity?: string;
  readonly fallback?: IdentityFallback;
  readonly mirrored?: boolean;
  readonly pod?: PodOutcome;
  readonly at?: Step;
  readonly node?: "granted" | "none" | "refused";
}

interface Outcome {
  /** The identities that were exchanged, in order. */
  readonly used: readonly string[];
  readonly answer: ProviderResponse | undefined;
  readonly error: unknown;
  readonly events: readonly string[];
}

async function run(options: Run): Promise<Outcome> {
  const {
    token = true,
    identity,
    fallback = "none",
    mirrored = false,
    pod = "granted",
    at = "identity",
    node = "granted",
  } = options;
  const { log, lines } = captureLogger();
  const used: string[] = [];
  const findPod = async (): Promise<Found<string> | Unavailable> => {
    if (pod === "unassigned") return { unavailable: "no annotation" };
    if (pod !== "granted" && at === "identity") throw FAILURES[pod]();
    return { identity: "pod", principal: "the pod's role" };
  };
  const findNode = async (): Promise<Found<string> | Unavailable> => {
    if (node === "none") return { unavailable: "not set" };
    if (node === "refused")
      throw new CredentialError({ action: "asking IMDS", reason: "status 404", advice: "attach a role" });
    return { identity: "node", principal: "the node's role" };
  };
  try {
    const answer = await withIdentity(
      {
        request: requestFor("r.io/app", token ? { token: "a.b.c" } : undefined),
        policy: parseIdentityPolicy(identity, fallback, "none"),
        mirrored,
        pod: (secret) => {
          assert.equal(secret.reveal(), "a.b.c");
          return { name: "pod token", find: findPod };
        },
        node: () => [{ name: "metadata", find: findNode }],
        advice: { pod: "annotate it", node: "attach an identity" },
      },
      { log },
      async (found, use) => {
        const { identity: principal } = await found;
        assert.equal(principal, use);
        used.push(use);
        if (use === "pod" && at === "exchange" && pod !== "granted" && pod !== "unassigned")
          throw FAILURES[pod]();
        return ANSWER;
      },
    );
    return { used, answer, error: undefined, events: lines };
  } catch (error) {
    return { used, answer: undefined, error, events: lines };
  }
}

const FALLBACKS = ["none", "unassigned", "node"] as const;

describe("without a token", () => {
  for (const fallback of FALLBACKS) {
    test(`the node's identity is used, --identity-fallback ${fallback}`, async () => {
      const { used, answer } = await run({ token: false, fallback });
      assert.deepEqual([used, answer], [["node"], ANSWER]);
    });
  }

  test("--identity pod is an error, unless there is a fallback", async () => {
    const { used, error } = await run({ token: false, identity: "pod" });
    assert.deepEqual(used, []);
    assert.match(
      String(error),
      /--identity pod\): the kubelet sent no service account token; set tokenAttributes/,
    );
    for (const fallback of ["unassigned", "node"] as const) {
      assert.deepEqual((await run({ token: false, identity: "pod", fallback })).used, ["node"]);
    }
  });
});

describe("with a token", () => {
  test("the pod's identity is used, or the node's if the operator configured that", async () => {
    assert.deepEqual((await run({})).used, ["pod"]);
    assert.deepEqual((await run({ identity: "pod" })).used, ["pod"]);
    assert.deepEqual((await run({ identity: "node" })).used, ["node"]);
  });

  test("a mirrored image uses the node's identity, whatever the policy and the annotation (AKS: images of a network-isolated cluster)", async () => {
    for (const fallback of FALLBACKS) {
      for (const identity of ["auto", "pod", "node"]) {
        for (const pod of ["granted", "unassigned", "malformed"] as const) {
          const { used, answer } = await run({ mirrored: true, fallback, identity, pod });
          assert.deepEqual([used, answer], [["node"], ANSWER]);
        }
      }
    }
  });

  const outcomes = ["unassigned", "refused", "503", "timeout", "malformed", "unknown", "defect"] as const;
  for (const pod of outcomes) {
    for (const fallback of FALLBACKS) {
      for (const at of pod === "unassigned" ? (["identity"] as const) : (["identity", "exchange"] as const)) {
        const stands =
          (pod === "unassigned" && fallback !== "none") || (pod === "refused" && fallback === "node");
        test(`${pod} in the ${at}, --identity-fallback ${fallback}: ${stands ? "the node's identity" : "an error"}`, async () => {
          const { used, answer, error, events } = await run({ pod, fallback, at });
          const podUsed = at === "exchange" ? ["pod"] : [];
          const fellBack = events.filter((line) => line.includes("identity-fallback"));
          if (stands) {
            assert.deepEqual(used, [...podUsed, "node"]);
            // Five minutes at most after a refusal, which may end; without a limit if the pod has no identity.
            assert.deepEqual(answer, pod === "refused" ? { ...ANSWER, maxCacheSeconds: 300 } : ANSWER);
            assert.equal(fellBack.length, 1);
          } else {
            assert.deepEqual([used, answer, fellBack], [podUsed, undefined, []]);
            assert.ok(error instanceof Error);
          }
        });
      }
    }
  }

  test("a service account without an identity: the message has the flags that give the node's", async () => {
    const { error } = await run({ pod: "unassigned" });
    assert.equal(
      (error as Error).message,
      "looking for an identity for r.io: none found; tried pod token (no annotation); annotate it; or give such pods the node's identity with --identity-fallback unassigned, or all pods with --identity node",
    );
  });

  test("if the node's identity fails too, the message has both errors, the pod's first, and the node's advice", async () => {
    for (const [node, message] of [
      [
        "refused",
        "using the pod's identity: status 403; then with the node's identity, asking IMDS: status 404; attach a role",
      ],
      [
        "none",
        "using the pod's identity: status 403; then with the node's identity, looking for an identity for r.io: none found; tried metadata (not set); attach an identity",
      ],
    ] as const) {
      const { error } = await run({ pod: "refused", fallback: "node", node });
      assert.equal((error as Error).message, message);
    }
  });
});

test("the exchange starts before the identity is found", async () => {
  const { promise, resolve } = Promise.withResolvers<Found<string>>();
  const steps: string[] = [];
  const answer = withIdentity(
    {
      request: requestFor("r.io/app"),
      policy: parseIdentityPolicy(undefined, undefined, "none"),
      mirrored: false,
      pod: () => assert.fail(),
      node: () => [{ name: "slow", find: () => promise }],
      advice: { pod: "", node: "" },
    },
    captureLogger(),
    async (found) => {
      steps.push("connecting");
      steps.push((await found).identity);
      return ANSWER;
    },
  );
  assert.deepEqual(steps, ["connecting"]);
  resolve({ identity: "node", principal: "node" });
  await answer;
  assert.deepEqual(steps, ["connecting", "node"]);
});
