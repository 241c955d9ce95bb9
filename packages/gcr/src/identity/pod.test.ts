import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answered, askPlugin, passwordOf } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "../index.ts";

const IMAGE = "us-central1-docker.pkg.dev/project/repo/app";

const REGISTRY = "us-central1-docker.pkg.dev";

let clouds: Clouds;
let gke: readonly string[];
let provider: string;
before(async () => {
  clouds = await startClouds();
  gke = [`--identity-provider=${clouds.cluster.issuer}`, `--project-id=${clouds.google.projectId}`];
  provider = `--workload-identity-provider=${clouds.google.provider("cluster")}`;
});
after(async () => {
  assert.deepEqual(clouds.defects, []);
  await clouds.close();
});

const OPT_IN = { "iam.gke.io/enable-wi-image-pull": "true" };
const become = (email: string) => ({ "iam.gke.io/gcp-service-account": email });

describe("a pod's identity", () => {
  test("through GKE's pool: one call, and a response for the image's host only", async () => {
    const token = await clouds.google.podToken("gke");
    const { answer, calls } = await answered(gcr, clouds, {
      args: gke,
      serviceAccount: { token, annotations: OPT_IN },
    });
    assert.deepEqual(calls, ["google.sts Token 200"]);
    assert.equal(answer.cacheKeyType, "Registry");
    assert.deepEqual(Object.keys(answer.auth), [REGISTRY]);
    const grant = await clouds.google.check(passwordOf(answer));
    assert.equal(
      grant?.principal,
      "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/imagecred-prod.svc.id.goog/subject/ns/default/sa/app",
    );
  });

  test("through any workload identity pool, by flag or by annotation: one call", async () => {
    const token = await clouds.google.podToken("cluster");
    const annotations = {
      "gcp.auth.fluxcd.io/workload-identity-provider": clouds.google.provider("cluster"),
    };
    for (const question of [
      { args: [provider], serviceAccount: { token } },
      { serviceAccount: { token, annotations } },
      { args: gke, serviceAccount: { token, annotations } },
      {
        serviceAccount: {
          token,
          annotations: {
            "imagecred.dev/google-workload-identity-provider": clouds.google.provider("cluster"),
            "gcp.auth.fluxcd.io/workload-identity-provider": clouds.google.provider("aws"),
          },
        },
      },
    ]) {
      const { answer, calls } = await answered(gcr, clouds, question);
      assert.deepEqual(calls, ["google.sts Token 200"]);
      assert.equal(
        (await clouds.google.check(passwordOf(answer)))?.principal,
        "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/pool/subject/system:serviceaccount:default:app",
      );
    }
  });

  test("as a Google service account: two calls", async () => {
    const email = clouds.google.email("puller");
    for (const [args, pool, annotations] of [
      [gke, "gke", OPT_IN],
      [[provider], "cluster", {}],
    ] as const) {
      const token = await clouds.google.podToken(pool);
      const { answer, calls } = await answered(gcr, clouds, {
        args,
        serviceAccount: { token, annotations: { ...annotations, ...become(email) } },
      });
      const ours = { "imagecred.dev/google-service-account": email };
      const pulling = await answered(gcr, clouds, {
        args,
        serviceAccount: { token, annotations: { ...annotations, ...become("workload@p.iam"), ...ours } },
      });
      assert.equal(
        (await clouds.google.check(passwordOf(pulling.answer)))?.principal,
        `serviceAccount:${email}`,
      );
      assert.deepEqual(calls, ["google.sts Token 200", "google.iamcredentials GenerateAccessToken 200"]);
      assert.equal((await clouds.google.check(passwordOf(answer)))?.principal, `serviceAccount:${email}`);
      assert.equal(answer.cacheKeyType, "Registry");
    }
  });

  test("expires no later than its service account token", async () => {
    const token = await clouds.cluster.issueServiceAccountToken({
      audience: clouds.google.gkePool.tokenAudience,
      expiresIn: 120,
    });
    const { answer } = await answered(gcr, clouds, {
      args: gke,
      serviceAccount: { token, annotations: OPT_IN },
    });
    assert.ok(typeof answer.expiresAt === "number" && answer.expiresAt <= Date.now() + 120_000);
  });

  test("keeps the image's port in the key", async () => {
    const token = await clouds.google.podToken("cluster");
    const { answer } = await answered(gcr, clouds, {
      args: [provider],
      image: `${REGISTRY}:443/project/repo/app`,
      serviceAccount: { token },
    });
    assert.deepEqual(Object.keys(answer.auth), [`${REGISTRY}:443`]);
  });
});

describe("a pod without its own identity", () => {
  const cases = [
    [
      "no pool is configured",
      [],
      {},
      /no --identity-provider, no --workload-identity-provider, no annotation/,
    ],
    ["it did not opt in", "gke", {}, /no annotation iam\.gke\.io\/enable-wi-image-pull: "true"/],
    ["it opted out", "gke", { "iam.gke.io/enable-wi-image-pull": "false" }, /enable-wi-image-pull/],
  ] as const;
  for (const [why, args, annotations, message] of cases) {
    test(`${why}: gets nothing with --identity-fallback none, and the node's identity is not used`, async () => {
      const token = await clouds.google.podToken("gke");
      const outcome = await askPlugin(gcr, clouds, {
        args: [...(args === "gke" ? gke : args), "--identity-fallback=none"],
        serviceAccount: { token, annotations },
      });
      assert.equal(outcome.answer, undefined);
      assert.match(outcome.message, message);
      assert.match(outcome.message, /--identity-fallback unassigned/);
      assert.deepEqual(outcome.calls, []);
    });

    test(`${why}: gets the node's, as with the Go plugin`, async () => {
      const token = await clouds.google.podToken("gke");
      const { answer, calls } = await answered(gcr, clouds, {
        args: args === "gke" ? gke : args,
        serviceAccount: { token, annotations },
      });
      assert.deepEqual(calls, ["google.metadata token 200"]);
      assert.equal(answer.cacheKeyType, "Global");
    });
  }

  test("gets the node's with --identity node, regardless of its annotations", async () => {
    const token = await clouds.google.podToken("gke");
    const { calls } = await answered(gcr, clouds, {
      args: [...gke, "--identity=node"],
      serviceAccount: { token, annotations: OPT_IN },
    });
    assert.deepEqual(calls, ["google.metadata token 200"]);
  });

  test("is an error with --identity pod if the kubelet sends no token", async () => {
    const { message, calls } = await askPlugin(gcr, clouds, { args: [...gke, "--identity=pod"] });
    assert.match(message, /the kubelet sent no service account token/);
    assert.deepEqual(calls, []);
  });
});

describe("a pod's token that is not accepted", () => {
  const refusals = [
    ["of a stranger", { signedBy: "stranger" as const }, /Invalid signature in ID Token/],
    ["expired", { expiresIn: -60 }, /stale to sign-in/],
    [
      "for another audience",
      { audience: "https://example.com" },
      /does not match the expected audience.*serviceAccountTokenAudience/,
    ],
    ["of another cluster", { issuer: "https://other.test" }, /issuer in ID Token/],
  ] as const;
  for (const [what, change, why] of refusals) {
    test(`${what}: Google's message, one call, and never the node's identity`, async () => {
      const token = await clouds.cluster.issueServiceAccountToken({
        audience: clouds.google.gkePool.tokenAudience,
        ...change,
      });
      const { message, calls } = await askPlugin(gcr, clouds, {
        args: gke,
        serviceAccount: { token, annotations: OPT_IN },
      });
      assert.match(message, why);
      assert.ok(message.startsWith("exchanging the pod's token at Google STS"));
      assert.deepEqual(calls, ["google.sts Token 400"]);
      assert.deepEqual(clouds.secrets.findIn(message), []);
    });
  }

  test("falls back to the node for minutes, if the operator allows it", async () => {
    const token = await clouds.google.podToken("cluster");
    const { answer, calls, lines } = await answered(gcr, clouds, {
      args: [...gke, "--identity-fallback=node"],
      serviceAccount: { token, annotations: OPT_IN },
    });
    assert.deepEqual(calls, ["google.sts Token 400", "google.metadata token 200"]);
    assert.match(lines.join("\n"), /identity-fallback from=pod to=node failure=refused/);
    assert.equal(answer.maxCacheSeconds, 300);
  });

  test("does not fall back after a temporary failure or for invalid annotations", async () => {
    const token = await clouds.google.podToken("gke");
    const args = [...gke, "--identity-fallback=node"];
    await clouds.faults.add({ service: "google.sts", fault: { kind: "answer", reply: { status: 503 } } });
    const busy = await askPlugin(gcr, clouds, { args, serviceAccount: { token, annotations: OPT_IN } });
    assert.match(busy.message, /Google STS .*: status 503/);
    assert.deepEqual(new Set(busy.calls), new Set(["google.sts Token 503"]));
    const annotations = { ...OPT_IN, ...become("me") };
    const nonsense = await askPlugin(gcr, clouds, { args, serviceAccount: { token, annotations } });
    assert.match(nonsense.message, /reading the annotation iam.gke.io\/gcp-service-account/);
    assert.deepEqual(nonsense.calls, []);
  });

  test("does not matter for a mirrored image: the node's identity is used", async () => {
    const token = await clouds.google.podToken("cluster");
    const { answer, calls } = await answered(gcr, clouds, {
      args: [...gke, "--registry=mirror.test=gcr.io"],
      image: "mirror.test/app",
      serviceAccount: { token, annotations: OPT_IN },
    });
    assert.deepEqual(calls, ["google.metadata token 200"]);
    assert.ok(Object.keys(answer.auth).includes("mirror.test"));
  });

  test("a service account that the pod may not impersonate", async () => {
    const token = await clouds.google.podToken("cluster");
    const { message, calls } = await askPlugin(gcr, clouds, {
      args: [provider],
      serviceAccount: { token, annotations: become(clouds.google.email("node")) },
    });
    assert.match(
      message,
      /impersonating the service account node@.*403 PERMISSION_DENIED: .*grant the caller roles\/iam.workloadIdentityUser/,
    );
    assert.deepEqual(calls, ["google.sts Token 200", "google.iamcredentials GenerateAccessToken 403"]);
  });

  test("invalid annotations are rejected before anything is sent", async () => {
    const token = await clouds.google.podToken("cluster");
    for (const [name, value] of [
      ["iam.gke.io/gcp-service-account", "me"],
      ["iam.gke.io/gcp-service-account", "a@b.c:generateAccessToken?x"],
      ["iam.gke.io/gcp-service-account", "../../a@b.c"],
      ["gcp.auth.fluxcd.io/workload-identity-provider", "pool"],
      ["imagecred.dev/google-workload-identity-provider", "pool"],
      ["imagecred.dev/google-service-account", "me"],
    ] as const) {
      const { message, calls } = await askPlugin(gcr, clouds, {
        args: [provider],
        serviceAccount: { token, annotations: { [name]: value } },
      });
      assert.match(message, new RegExp(`reading the annotation ${name} .*; expected`));
      assert.deepEqual(calls, []);
    }
  });
});

describe("a pool that does not exist", () => {
  test("is reported as the pool's problem", async () => {
    const token = await clouds.google.podToken("cluster");
    const args = [
      "--workload-identity-provider=projects/9/locations/global/workloadIdentityPools/no/providers/no",
    ];
    const { message, calls } = await askPlugin(gcr, clouds, {
      args,
      image: IMAGE,
      serviceAccount: { token },
    });
    assert.match(message, /400 invalid_target: The target service indicated/);
    assert.deepEqual(calls, ["google.sts Token 400"]);
  });
});
