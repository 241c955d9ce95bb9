import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, describe, test } from "node:test";
import { executables, kubeletRequest, parseResponse, runPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";

const clouds = await startClouds();
after(() => clouds.close());
const { google } = clouds;

/** Input that the runtimes' libraries parse differently, and its result on every runtime. */
interface Odd {
  readonly setUp: () => Promise<Readonly<Record<string, string>>>;
  readonly args?: readonly string[];
  readonly image?: string;
  /** The password of the response, or the line on stderr. */
  readonly outcome: string | RegExp;
}

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const keyFile = (private_key: string) => async () => ({
  GOOGLE_APPLICATION_CREDENTIALS: await clouds.core.writeFile(
    "odd-key.json",
    JSON.stringify({ type: "service_account", client_email: "a@p.iam.gserviceaccount.com", private_key }),
  ),
});

const dockercfg = (file: object) => async () => {
  google.instance.attributes = { "google-dockercfg": JSON.stringify(file) };
  return await google.env("metadata");
};
const DOCKERCFG = ["get-credentials", "--authFlow=dockercfg"];
const TWO_ENTRIES = { "https://quay.io": { auth: "!!!notbase64" }, "gcr.io": { auth: "YTpi" } };

const NOT_RSA = /its private_key is not an RSA key in PEM format; create a new key file$/;
const IS_EC = /its private_key is an elliptic-curve key; keys of Google Cloud service accounts are RSA keys/;

const ODD: Readonly<Record<string, Odd>> = {
  "an elliptic-curve key, SEC1": {
    setUp: keyFile(ec.export({ type: "sec1", format: "pem" }).toString()),
    outcome: IS_EC,
  },
  "an elliptic-curve key, PKCS#8": {
    setUp: keyFile(ec.export({ type: "pkcs8", format: "pem" }).toString()),
    outcome: IS_EC,
  },
  "a key that is not PEM": { setUp: keyFile("x"), outcome: NOT_RSA },
  "a key with invalid base64": {
    setUp: keyFile("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n"),
    outcome: NOT_RSA,
  },
  "an encrypted key": {
    setUp: keyFile(
      ec.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString(),
    ),
    outcome: NOT_RSA,
  },
  "an entry that is not base64, for another image": {
    setUp: dockercfg(TWO_ENTRIES),
    args: DOCKERCFG,
    image: "gcr.io/o/a",
    outcome: "b",
  },
  "an entry that is not base64, for this image": {
    setUp: dockercfg(TWO_ENTRIES),
    args: DOCKERCFG,
    image: "quay.io/o/a",
    outcome: /its entry "https:\/\/quay\.io" has no user name and password; expected "auth" with base64/,
  },
  "base64 without its padding": {
    setUp: dockercfg({ "gcr.io": { auth: "dXNlcjpwdw" } }),
    args: DOCKERCFG,
    image: "gcr.io/o/a",
    outcome: "pw",
  },
  "Docker Hub's entry": {
    setUp: dockercfg({ "https://index.docker.io/v1/": { auth: "aHVidXNlcjpodWJwYXNz" } }),
    args: DOCKERCFG,
    image: "docker.io/library/nginx",
    outcome: "hubpass",
  },
  "a metadata host that is a URL": {
    setUp: async () => ({ GCE_METADATA_HOST: "http://127.0.0.1" }),
    outcome: /GCE_METADATA_HOST is "http:\/\/127\.0\.0\.1"; set it to a host or host:port, without http:\/\//,
  },
};

for (const executable of executables("gcr-credential-provider")) {
  const title = `odd input to gcr-credential-provider (${executable.runtime})`;
  if (executable.skipped !== undefined) {
    test(title, { skip: executable.skipped }, () => {});
    continue;
  }
  describe(title, () => {
    for (const [what, { setUp, args = [], image = "gcr.io/project/app", outcome }] of Object.entries(ODD)) {
      test(what, async () => {
        const env = { ...clouds.networkEnv(), ...(await setUp()) };
        const { stdout, stderr } = await runPlugin(executable.path, {
          args,
          env,
          stdin: kubeletRequest(image),
        });
        if (typeof outcome !== "string") return assert.match(stderr.trim(), outcome);
        const passwords = Object.values(parseResponse(stdout).auth ?? {}).map(({ password }) => password);
        assert.deepEqual(passwords, [outcome], stderr);
      });
    }
  });
}
