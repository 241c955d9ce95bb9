/**
 * One file for all three plugins: many accounts, tenants and projects behind one entry each, through the executables of both
 * runtimes.
 */

import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import {
  executables,
  expectFailure,
  expectNothingSent,
  expectSuccess,
  identityMapFile,
  kubeletRequest,
  parseResponse,
  registryStatus,
  runPlugin,
} from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";

const clouds = await startClouds({
  google: { repositories: ["team-a/repo/app", "team-b/repo/app", "example.com/team-c/repo/app", "open/app"] },
});
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { aws, azure, google } = clouds;

const ACCOUNTS = ["111111111111", "222222222222", "333333333333"];
const pull = (account: string) => `arn:aws:iam::${account}:role/pull`;
for (const account of ACCOUNTS)
  aws.iam.addRole({ arn: pull(account), trust: { principals: [aws.roleArn("node")] } });
// The role of the fourth account trusts no principal.
aws.iam.addRole({ arn: pull("444444444444"), trust: { principals: [] } });

const { clientId } = azure.population().node;
const secret = azure.population().nodeSecret;
const REGISTRIES = ["contosoreg", "fabrikamreg"];
for (const name of REGISTRIES) {
  const tenant = azure.directory.addTenant(`${name}.onmicrosoft.com`, "public");
  azure.directory.addApp({ tenant, name: "node", clientId, secrets: [{ value: secret }] });
  azure.addRegistry({ name, tenant });
}

const PROJECTS = ["team-a", "team-b", "team-c.example.com"];
const puller = (project: string) => `puller@${project}.iam.gserviceaccount.com`;
for (const project of PROJECTS)
  google.accounts.add({ email: puller(project), impersonators: [`serviceAccount:${google.email("node")}`] });

const FILE = await identityMapFile(
  clouds,
  "registries: [gcr.io/open/, public.ecr.aws, openreg.azurecr.io]\nidentity: anonymous",
  'registries: ["*.dkr.ecr.*.amazonaws.com"]\naws: {roleArn: "arn:{partition}:iam::{account}:role/pull"}',
  `registries: [${REGISTRIES.map((name) => `${name}.azurecr.io`).join(", ")}]\nazure: {tenantId: "{registry}.onmicrosoft.com"}`,
  `registries: ["*.pkg.dev"]\ngoogle: {impersonateServiceAccount: "${puller("{project}")}"}`,
);

interface Pull {
  readonly image: string;
  readonly cacheKeyType: string;
  /** The requested role, tenant or account. */
  readonly as: string;
}

interface Plugin {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly pulls: readonly Pull[];
  /** Without a credential. */
  readonly open: string;
  /** All requested roles, tenants or accounts. */
  readonly asked: () => readonly (string | null | undefined)[];
}

const form = (body: Buffer) => new URLSearchParams(body.toString());

const PLUGINS: readonly Plugin[] = [
  {
    name: "ecr-credential-provider",
    env: await aws.env("imds"),
    args: [],
    pulls: ACCOUNTS.map((account) => ({
      image: `${account}.dkr.ecr.eu-west-1.amazonaws.com/team/app`,
      cacheKeyType: "Registry",
      as: pull(account),
    })),
    open: "public.ecr.aws/team/app",
    asked: () =>
      clouds.requests
        .filter(({ service }) => service === "aws.sts")
        .map(({ body }) => form(body).get("RoleArn")),
  },
  {
    name: "acr-credential-provider",
    env: await azure.env("client-secret"),
    args: [await azure.azureJsonFile("client-secret")],
    pulls: [
      ...REGISTRIES.map((name) => ({
        image: `${name}.azurecr.io/team/app`,
        cacheKeyType: "Registry",
        as: `${name}.onmicrosoft.com`,
      })),
      { image: "myreg.azurecr.io/team/app", cacheKeyType: "Registry", as: azure.tenantId },
    ],
    open: "openreg.azurecr.io/app",
    asked: () =>
      clouds.requests
        .filter(({ service }) => service === "azure.entra")
        .map(({ path }) => path.split("/")[1]),
  },
  {
    name: "gcr-credential-provider",
    env: await google.env("metadata"),
    args: [],
    pulls: [
      ...[
        ["team-a", "team-a"],
        ["team-b", "team-b"],
        ["example.com/team-c", "team-c.example.com"],
      ].map(([path, project = ""]) => ({
        image: `us-docker.pkg.dev/${path}/repo/app`,
        cacheKeyType: "Image",
        as: puller(project),
      })),
    ],
    open: "gcr.io/open/app",
    asked: () =>
      clouds.requests
        .filter(({ service }) => service === "google.iamcredentials")
        .map(({ path }) =>
          decodeURIComponent(path.replace(/^.*\/serviceAccounts\/|:generateAccessToken$/g, "")),
        ),
  },
];

const REFUSED: Readonly<Record<string, readonly [args: readonly string[], image: string, stderr: RegExp]>> = {
  "ecr-credential-provider": [
    ["--role-arn=arn:aws:iam::{account}:role/pull"],
    "444444444444.dkr.ecr.eu-west-1.amazonaws.com/team/app",
    /not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444444444444:role\/pull/,
  ],
  "acr-credential-provider": [
    ["--tenant-id={registry}.onmicrosoft.com"],
    "myreg.azurecr.io/team/app",
    /tenant myreg\.onmicrosoft\.com/,
  ],
  "gcr-credential-provider": [
    ["--impersonate-service-account", puller("{project}")],
    "us-docker.pkg.dev/team-x/repo/app",
    /impersonating the service account puller@team-x\.iam\.gserviceaccount\.com/,
  ],
};

for (const { name, env, args, pulls, open, asked } of PLUGINS) {
  for (const executable of executables(name)) {
    const title = `${name} (${executable.runtime})`;
    if (executable.skipped !== undefined) {
      test(title, { skip: executable.skipped }, () => {});
      continue;
    }
    const run = (image: string, ...more: readonly string[]) =>
      runPlugin(executable.path, {
        args: [...more, ...args],
        env: { ...clouds.networkEnv(), ...env },
        stdin: kubeletRequest(image),
      });

    describe(title, () => {
      test("every registry gets its own identity and accepts its credential", async () => {
        await Promise.all(
          pulls.map(async ({ image, cacheKeyType }) => {
            const result = await run(image, "--identities", FILE);
            expectSuccess(result);
            const response = parseResponse(result.stdout);
            const host = image.slice(0, image.indexOf("/"));
            assert.deepEqual(Object.keys(response.auth ?? {}), [host]);
            assert.equal(response.cacheKeyType, cacheKeyType);
            assert.equal(
              await registryStatus(clouds, image, response.auth?.[host] ?? assert.fail(host)),
              200,
            );
          }),
        );
        assert.deepEqual([...asked()].sort(), pulls.map((each) => each.as).sort());
        assert.deepEqual(clouds.defects, []);
      });

      test("an entry without an identity: an empty login that is not cached, and nothing is sent", async () => {
        const result = await run(open, "--identities", FILE);
        expectSuccess(result);
        const response = parseResponse(result.stdout);
        const host = open.slice(0, open.indexOf("/"));
        assert.deepEqual(response.auth, { [host]: { username: "", password: "" } });
        assert.equal(response.cacheDuration, "0s");
        expectNothingSent(clouds);
      });

      test("an invalid file fails every image with file, line and column, and nothing is sent", async () => {
        const bad = await identityMapFile(clouds, "registries: [r.io]\naws: {roleArnn: x}");
        expectFailure(
          await run(pulls[0]?.image ?? "", "--identities", bad),
          name,
          new RegExp(
            `${bad}:5:11: identities\\[0\\]\\.aws has the unknown field "roleArnn"; did you mean roleArn\\?`,
          ),
        );
        expectFailure(await run(pulls[0]?.image ?? "", "--identities", "/nonexistent"), name, /no such file/);
        expectNothingSent(clouds);
      });

      test("the error for a refused identity has its name with placeholders replaced", async () => {
        const [flags, image, stderr] = REFUSED[name] ?? assert.fail(name);
        expectFailure(await run(image, ...flags), name, stderr);
      });
    });
  }
}
