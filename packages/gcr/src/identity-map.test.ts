import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin, identityMapFile, passwordOf, type Question } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { gcr } from "./provider.ts";

const clouds = await startClouds();
after(() => clouds.close());
const { google } = clouds;

const NODE = `serviceAccount:${google.email("node")}`;
/** An account `puller` in each of these projects, which the node's account may impersonate. */
for (const project of ["team-a", "team-b", "team-c.example.com"])
  google.accounts.add({ email: puller(project), impersonators: [NODE, "principal://*"] });

function puller(project: string): string {
  return `puller@${project}.iam.gserviceaccount.com`;
}

const TEMPLATE = "puller@{project}.iam.gserviceaccount.com";

/** Runs the plugin. @returns the owner of the token in the response */
async function ask(question: Question) {
  const outcome = await askPlugin(gcr, clouds, question);
  const grant = outcome.answer === undefined ? undefined : await google.check(passwordOf(outcome.answer));
  return {
    ...outcome,
    principal: grant?.principal.replace("serviceAccount:", ""),
    keys: Object.keys(outcome.answer?.auth ?? {}),
    cacheKeyType: outcome.answer?.cacheKeyType,
  };
}

async function pod(annotations: Record<string, string> = {}) {
  return { token: await google.podToken("cluster"), annotations };
}

describe("placeholders", () => {
  for (const flag of ["--impersonate-service-account", "--service-account"]) {
    for (const [image, project] of [
      ["us-docker.pkg.dev/team-a/repo/app", "team-a"],
      ["us-docker.pkg.dev/team-b/repo/app", "team-b"],
      ["us-docker.pkg.dev/example.com/team-c/repo/app", "team-c.example.com"],
      ["gcr.io/team-a/app", "team-a"],
    ] as const) {
      test(`${flag}: the response for ${image} is ${project}'s, for this image only`, async () => {
        const { principal, keys, cacheKeyType, message } = await ask({ args: [flag, TEMPLATE], image });
        assert.equal(principal, puller(project), message);
        // With any other type, the kubelet would use one project's token for another's images.
        assert.equal(cacheKeyType, "Image");
        assert.deepEqual(keys, [image.slice(0, image.indexOf("/"))]);
      });
    }
  }

  test("with a mirror, {project} is that of the target image", async () => {
    const args = [
      "--impersonate-service-account",
      TEMPLATE,
      "--registry=mirror.test/x=us-docker.pkg.dev/team-b/repo",
    ];
    const { principal, keys, cacheKeyType, message } = await ask({ args, image: "mirror.test/x/app" });
    assert.equal(principal, puller("team-b"), message);
    assert.deepEqual([keys, cacheKeyType], [["mirror.test"], "Image"]);
  });

  test("an account with {location} only is for the registry's host", async () => {
    google.accounts.add({ email: puller("eu-central1"), impersonators: [NODE] });
    const args = ["--impersonate-service-account=puller@{location}.iam.gserviceaccount.com"];
    const image = "eu-central1-docker.pkg.dev/team-a/repo/app";
    const { principal, keys, cacheKeyType, message } = await ask({ args, image });
    assert.equal(principal, puller("eu-central1"), message);
    assert.deepEqual([keys, cacheKeyType], [["eu-central1-docker.pkg.dev"], "Registry"]);
  });

  test("an account without placeholders is for the whole node", async () => {
    const args = ["--impersonate-service-account", puller("team-a")];
    const { principal, cacheKeyType, message } = await ask({ args });
    assert.equal(principal, puller("team-a"), message);
    assert.equal(cacheKeyType, "Global");
  });

  test("a pod impersonates it too", async () => {
    const args = [
      "--impersonate-service-account",
      TEMPLATE,
      "--workload-identity-provider",
      google.provider("cluster"),
    ];
    const { principal, cacheKeyType, message } = await ask({
      args,
      image: "us-docker.pkg.dev/team-a/repo/app",
      serviceAccount: await pod(),
    });
    assert.equal(principal, puller("team-a"), message);
    assert.equal(cacheKeyType, "Image");
  });

  test("an image without a project is an error, and nothing is sent", async () => {
    const { message, connections } = await ask({
      args: ["--service-account", TEMPLATE],
      image: "gcr.io/app",
    });
    assert.match(
      message,
      /^--service-account has \{project\}, which the name gcr\.io\/app does not contain; /,
    );
    assert.equal(connections.length, 0);
  });

  test("the error for a refusal names the account", async () => {
    const { message } = await ask({ args: ["--service-account", TEMPLATE], image: "gcr.io/team-x/app" });
    assert.match(
      message,
      /impersonating the service account puller@team-x\.iam\.gserviceaccount\.com .*status 403/,
    );
  });
});

describe("the identity map", () => {
  test("the first matching entry applies; no response is for the whole node", async () => {
    const file = await identityMapFile(
      clouds,
      `registries: [us-docker.pkg.dev]\ngoogle: {impersonateServiceAccount: "${puller("team-a")}"}`,
      `registries: ["*.pkg.dev"]\ngoogle: {impersonateServiceAccount: "${TEMPLATE}"}`,
    );
    const args = [`--identities=${file}`];
    const of = async (image: string) => {
      const { principal, keys, cacheKeyType, message } = await ask({ args, image });
      assert.deepEqual(keys, [image.slice(0, image.indexOf("/"))], message);
      return [principal, cacheKeyType];
    };
    assert.deepEqual(await of("us-docker.pkg.dev/team-b/repo/app"), [puller("team-a"), "Registry"]);
    assert.deepEqual(await of("europe-docker.pkg.dev/team-b/repo/app"), [puller("team-b"), "Image"]);
    assert.deepEqual(await of("gcr.io/team-b/app"), [google.email("node"), "Registry"]);
  });

  test("if an entry has a path, every image of its host is cached separately; other hosts are not affected", async () => {
    const file = await identityMapFile(
      clouds,
      `registries: [us-docker.pkg.dev/team-a/]\ngoogle: {impersonateServiceAccount: "${puller("team-a")}"}`,
    );
    const args = [`--identities=${file}`];
    const a = await ask({ args, image: "us-docker.pkg.dev/team-a/repo/app" });
    assert.deepEqual([a.principal, a.cacheKeyType], [puller("team-a"), "Image"], a.message);
    const b = await ask({ args, image: "us-docker.pkg.dev/team-b/repo/app" });
    assert.deepEqual([b.principal, b.cacheKeyType], [google.email("node"), "Image"], b.message);
    const other = await ask({ args, image: "europe-docker.pkg.dev/team-a/repo/app" });
    assert.deepEqual(
      [other.principal, other.cacheKeyType],
      [google.email("node"), "Registry"],
      other.message,
    );
  });

  test("a pool's provider and a private endpoint, for pods of one registry", async () => {
    const file = await identityMapFile(
      clouds,
      `registries: [us-docker.pkg.dev]
identity: pod
google:
  workloadIdentityProvider: ${google.provider("cluster")}
  impersonateServiceAccount: ${JSON.stringify(TEMPLATE)}
  stsEndpoint: https://sts.us-central1.rep.googleapis.com`,
    );
    const args = [`--identities=${file}`];
    const { principal, requests, message } = await ask({
      args,
      image: "us-docker.pkg.dev/team-a/repo/app",
      serviceAccount: await pod(),
    });
    assert.equal(principal, puller("team-a"), message);
    assert.equal(requests[0]?.host, "sts.us-central1.rep.googleapis.com");
    const elsewhere = await ask({ args, image: "gcr.io/team-a/app", serviceAccount: await pod() });
    assert.equal(elsewhere.principal, google.email("node"), elsewhere.message);
  });

  test("one of the instance's accounts, and another universe", async () => {
    const file = await identityMapFile(
      clouds,
      `registries: [gcr.io]\ngoogle: {serviceAccount: "${google.email("builder")}"}`,
      'registries: ["*.s3nsregistry.fr"]\ngoogle: {universeDomain: s3nsapis.fr}',
    );
    const args = [`--identities=${file}`];
    const builder = await ask({ args, image: "gcr.io/team-a/app" });
    assert.equal(builder.principal, google.email("builder"), builder.message);
    const s3ns = await ask({ args, image: "docker.s3nsregistry.fr/s3ns/team-a/repo/app" });
    // The fake instance is in the public universe. Without the entry, the plugin would not request its universe.
    assert.match(s3ns.message, /checking that the instance is in the universe s3nsapis\.fr/);
  });

  test("the provider that accepts a node of another cloud; without --node-identity it is an error", async () => {
    const provider = google.provider("aws");
    const file = await identityMapFile(
      clouds,
      `registries: [us-docker.pkg.dev]\ngoogle: {nodeWorkloadIdentityProvider: "${provider}"}`,
    );
    const own = await ask({ args: [`--identities=${file}`], image: "us-docker.pkg.dev/team-a/repo/app" });
    assert.match(own.message, /google\.nodeWorkloadIdentityProvider requires --node-identity/);
    assert.equal(own.connections.length, 0);
    const other = "projects/1/locations/global/workloadIdentityPools/pool/providers/other";
    const { requests } = await ask({
      args: [`--identities=${file}`, "--node-identity=aws", `--node-workload-identity-provider=${other}`],
      env: await clouds.aws.env("imds"),
      image: "us-docker.pkg.dev/team-a/repo/app",
    });
    const exchange = requests.find(({ service }) => service === "google.sts");
    const sent = new URLSearchParams(exchange?.body.toString()).get("audience");
    assert.equal(sent, `//iam.googleapis.com/${provider}`);
  });

  test("the node's identity: of another cloud for one host, Google's for the others", async () => {
    const provider = clouds.google.provider("aws");
    const file = await identityMapFile(
      clouds,
      `registries: [us-docker.pkg.dev]\ngoogle:\n  node: {identity: aws, workloadIdentityProvider: ${provider}}`,
    );
    const args = [`--identities=${file}`];
    const env = { ...(await clouds.google.env("metadata")), ...(await clouds.aws.env("imds")) };
    const aws = await ask({ args, env, image: "us-docker.pkg.dev/team-a/repo/app" });
    assert.match(aws.principal ?? aws.message, /^principal:\/\/iam\.googleapis\.com\//);
    const own = await ask({ args, env, image: "gcr.io/team-a/app" });
    assert.equal(own.principal, google.email("node"), own.message);
  });

  test("anonymous: nothing is sent", async () => {
    const file = await identityMapFile(clouds, "registries: [gcr.io/distroless/]\nidentity: anonymous");
    const args = [`--identities=${file}`];
    const { answer, keys, cacheKeyType, connections, message } = await ask({
      args,
      image: "gcr.io/distroless/static",
    });
    assert.deepEqual([keys, cacheKeyType, answer?.expiresAt], [["gcr.io"], "Image", "do-not-cache"], message);
    assert.equal(connections.length, 0);
    const other = await ask({ args, image: "gcr.io/team-a/app" });
    assert.deepEqual([other.principal, other.cacheKeyType], [google.email("node"), "Image"], other.message);
  });

  for (const [what, google, message] of [
    [
      "an invalid provider",
      "{workloadIdentityProvider: pool}",
      /google\.workloadIdentityProvider is "pool", expected projects\//,
    ],
    [
      "an invalid provider for the node",
      "{node: {identity: aws, workloadIdentityProvider: pool}}",
      /google\.node\.workloadIdentityProvider is "pool", expected projects\//,
    ],
    [
      "a node's token without an audience",
      "{node: {identity: azure, workloadIdentityProvider: projects/1/locations/global/workloadIdentityPools/a-pool/providers/azure}}",
      /google\.node\.identity azure needs google\.node\.audience: the application ID URI/,
    ],
    [
      "two providers for the node",
      "{nodeWorkloadIdentityProvider: a, node: {identity: auto}}",
      /google\.nodeWorkloadIdentityProvider cannot be combined with node/,
    ],
    [
      "an invalid account",
      "{impersonateServiceAccount: puller}",
      /google\.impersonateServiceAccount is "puller", expected the email/,
    ],
    [
      "two accounts to impersonate",
      `{serviceAccount: "${TEMPLATE}", impersonateServiceAccount: "a@b.iam.gserviceaccount.com"}`,
      /google\.serviceAccount has a placeholder.*set only one of them/,
    ],
    [
      "an endpoint outside Google",
      "{stsEndpoint: 'https://sts.example.com'}",
      /google\.stsEndpoint is "https:\/\/sts\.example\.com", expected an endpoint of sts\.googleapis\.com/,
    ],
    [
      "an endpoint of another universe than the entry's",
      "{universeDomain: s3nsapis.fr, stsEndpoint: 'https://sts.googleapis.com'}",
      /expected an endpoint of sts\.s3nsapis\.fr/,
    ],
    [
      "an unknown universe",
      "{universeDomain: example.org}",
      /google\.universeDomain is example\.org, which is not known; set registryDomain/,
    ],
    [
      "a registry domain only",
      "{registryDomain: pkg.example.org}",
      /google\.registryDomain requires universeDomain/,
    ],
  ] as const) {
    test(`an invalid file fails every image: ${what}`, async () => {
      const file = await identityMapFile(clouds, `registries: [r.io]\ngoogle: ${google}`);
      const { answer, message: said, connections } = await ask({ args: [`--identities=${file}`] });
      assert.equal(answer, undefined);
      assert.match(said, new RegExp(`^${file}:5:\\d+: `));
      assert.match(said, message);
      assert.equal(connections.length, 0);
    });
  }
});
