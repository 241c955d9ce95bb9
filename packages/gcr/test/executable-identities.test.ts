import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import {
  executables,
  expectFailure,
  expectSuccess,
  kubeletRequest,
  parseResponse,
  type RequestOptions,
  registryStatus,
  runPlugin,
} from "@imagecred/e2e";
import { GOOGLE_IDENTITIES, startClouds } from "@imagecred/fake-clouds";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { google } = clouds;

const S3NS = { domain: "s3nsapis.fr", registryDomain: "s3nsregistry.fr" };
const NAME = "gcr-credential-provider";

/** A run of the executables with an identity that the shared suites do not have. */
interface Way {
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly request?: RequestOptions;
  readonly image?: string;
  /** Key of the response; default: the form of the image's host. */
  readonly key?: string;
  /** Status of the registry for the credential. Default 200. */
  readonly opens?: number;
}

const IMAGE = "us-central1-docker.pkg.dev/project/repo/app";

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  ...Object.fromEntries(
    GOOGLE_IDENTITIES.filter((identity) => identity !== "none").map((identity) => [
      identity,
      async () => ({ env: await google.env(identity) }),
    ]),
  ),
  "another service account of the instance": async () => ({
    args: ["--service-account", google.email("builder")],
    env: await google.env("metadata"),
  }),
  "a key file of another universe": async () => ({
    env: await google.env("service-account-key", S3NS),
    image: "docker.s3nsregistry.fr/project/repo/app",
    key: "*.s3nsregistry.fr",
  }),
  "a pod with the provider in its annotation": async () => ({
    env: await google.env("metadata"),
    request: {
      token: await google.podToken("cluster"),
      annotations: { "gcp.auth.fluxcd.io/workload-identity-provider": google.provider("cluster") },
    },
    key: "us-central1-docker.pkg.dev",
  }),
  "a mirror": async () => ({
    args: ["--registry=mirror.test:5000=gcr.io"],
    env: await google.env("metadata"),
    image: "mirror.test:5000/project/app",
    key: "gcr.io",
  }),
  // The fakes' registry refuses it, because it is the operator's own credential.
  "google-dockercfg": async () => {
    google.instance.attributes = {
      "google-dockercfg": JSON.stringify({ "us-central1-docker.pkg.dev": { auth: "dXNlcjpwYXNzd29yZA==" } }),
    };
    return {
      args: ["get-credentials", "--authFlow=dockercfg"],
      env: await google.env("metadata"),
      key: "us-central1-docker.pkg.dev",
      opens: 401,
    };
  },
};

for (const executable of executables(NAME)) {
  const title = `${NAME} (${executable.runtime})`;
  if (executable.skipped !== undefined) {
    test(title, { skip: executable.skipped }, () => {});
    continue;
  }
  const run = ({ args = [], env, request = {}, image = IMAGE }: Way) =>
    runPlugin(executable.path, {
      args,
      env: { ...clouds.networkEnv(), ...env },
      stdin: kubeletRequest(image, request),
    });

  describe(title, () => {
    for (const [what, setUp] of Object.entries(WAYS)) {
      test(`the registry accepts the credential from ${what}`, async () => {
        const way = await setUp();
        const result = await run(way);
        expectSuccess(result);
        const login = parseResponse(result.stdout).auth?.[way.key ?? "*.pkg.dev"];
        assert.ok(login, result.stdout);
        const image = way.image?.startsWith("mirror.test") ? "gcr.io/project/app" : (way.image ?? IMAGE);
        assert.equal(await registryStatus(clouds, image, login), way.opens ?? 200);
        assert.deepEqual(clouds.defects, []);
      });
    }

    test("one run is enough for the node: every Google registry accepts its response", async () => {
      const result = await run({ env: await google.env("metadata") });
      const { auth = {}, cacheKeyType } = parseResponse(result.stdout);
      assert.equal(cacheKeyType, "Global");
      for (const [image, key] of [
        ["gcr.io/project/app", "gcr.io"],
        ["eu.gcr.io/project/app", "*.gcr.io"],
        ["us-docker.pkg.dev/project/repo/app", "*.pkg.dev"],
        ["docker.us-central1.rep.pkg.dev/project/repo/app", "docker.*.rep.pkg.dev"],
      ] as const) {
        const login = auth[key] ?? assert.fail(key);
        assert.equal(await registryStatus(clouds, image, login), 200);
      }
      assert.equal(clouds.requests.filter(({ service }) => service === "google.metadata").length, 1);
    });

    test("the response for a token with five minutes left is cached for minutes", async () => {
      google.instance.tokenSeconds = 300;
      const result = await run({ env: await google.env("metadata") });
      google.instance.tokenSeconds = 3599;
      const seconds = Number(/^(\d+)s$/.exec(parseResponse(result.stdout).cacheDuration ?? "")?.[1]);
      assert.ok(seconds > 130 && seconds <= 150, `${seconds}`);
    });

    test("no identity: exit 1, never an empty success", async () => {
      expectFailure(
        await run({ env: await google.env("none") }),
        NAME,
        /elsewhere set --node-identity or GOOGLE_APPLICATION_CREDENTIALS/,
      );
    });
  });
}
