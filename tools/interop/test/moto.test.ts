import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { kubeletRequest, parseResponse, runPlugin } from "@imagecred/e2e";
import { bringUpLoopback, executablePath, executables } from "@imagecred/workspace";
import { judgedInNamespace } from "../src/in-namespace.ts";
import { ACCOUNT, allow, type Keys, Moto, PASSWORD, trust } from "../src/moto.ts";
import type { Programs } from "../src/programs.ts";

const REGISTRY = `${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com`;
const ADDRESS = { host: "127.0.0.1", port: 5000 };
const PULL = "ecr:GetAuthorizationToken";

/** moto rejects requests to ECR with IAM's XML, unlike the real ECR, so only the status is checked. */
const REFUSED_BY_ECR = /asking Amazon ECR in us-west-2 \(GetAuthorizationToken\) as .*: status 403, /;

/** moto checks signatures with botocore's code, and the policies of users and roles. */
await judgedInNamespace("Amazon ECR and STS as moto has them", import.meta.filename, inside);

function inside(programs: Programs, scratch: string): void {
  let moto: Moto;
  let puller: Keys & { readonly arn: string };
  let stranger: Keys;
  let pullRole = "";

  before(async () => {
    bringUpLoopback([]);
    moto = await Moto.start(programs, ADDRESS);
    puller = await moto.user("puller", allow(PULL, "sts:AssumeRole"));
    stranger = await moto.user("stranger");
    pullRole = await moto.role("pull", trust("sts:AssumeRole", { AWS: puller.arn }), allow(PULL));
    await moto.role(
      "closed",
      trust("sts:AssumeRole", { AWS: "arn:aws:iam::123456789012:user/else" }),
      allow(PULL),
    );
    await moto.role("idle", trust("sts:AssumeRole", { AWS: puller.arn }), allow("ecr:DescribeRepositories"));
    await moto.role("pod", trust("sts:AssumeRoleWithWebIdentity", { Federated: "*" }), allow(PULL));
  });
  beforeEach(() => moto.checkAfter(0));
  after(() => moto[Symbol.asyncDispose]());

  let files = 0;
  const file = (content: string) => {
    const path = join(scratch, `file-${++files}`);
    writeFileSync(path, content);
    return path;
  };
  const environment = ({ accessKeyId, secretAccessKey, sessionToken }: Keys) => ({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  });
  const profileOn = (keys: Keys, ...settings: readonly string[]) => ({
    AWS_PROFILE: "puller",
    AWS_CONFIG_FILE: file(
      [
        "[profile puller]",
        ...settings,
        "source_profile = keys",
        "[profile keys]",
        `aws_access_key_id = ${keys.accessKeyId}`,
        `aws_secret_access_key = ${keys.secretAccessKey}`,
        "",
      ].join("\n"),
    ),
  });

  for (const executable of executables("ecr-credential-provider")) {
    describe(`ecr-credential-provider (${executable.runtime})`, { skip: executable.skipped ?? false }, () => {
      const run = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
        runPlugin(executablePath("ecr-credential-provider", executable.runtime), {
          args,
          env: {
            AWS_ENDPOINT_URL: `http://${ADDRESS.host}:${ADDRESS.port}`,
            AWS_EC2_METADATA_DISABLED: "true",
            ...env,
          },
          stdin: kubeletRequest(`${REGISTRY}/team/app:v1`),
        });
      const pulls = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) => {
        const { exitCode, stdout, stderr } = await run(env, ...args);
        assert.equal(exitCode, 0, stderr);
        const { auth, cacheDuration } = parseResponse(stdout);
        assert.deepEqual(auth, { [REGISTRY]: { username: "AWS", password: PASSWORD } });
        const seconds = Number(/^(\d+)s$/.exec(cacheDuration ?? "")?.[1]);
        assert.ok(seconds > 5.3 * 3600 && seconds <= 6 * 3600, stdout);
      };
      const fails = async (
        said: RegExp,
        env: Readonly<Record<string, string>>,
        ...args: readonly string[]
      ) => {
        const { exitCode, stdout, stderr } = await run(env, ...args);
        assert.equal(exitCode, 1, stdout);
        assert.equal(stdout, "");
        assert.match(stderr, said);
      };

      test("a user's keys", () => pulls(environment(puller)));

      test("another secret: moto computes another signature", () =>
        fails(
          REFUSED_BY_ECR,
          environment({ ...puller, secretAccessKey: `${puller.secretAccessKey.slice(1)}x` }),
        ));

      test("keys that moto does not know", () =>
        fails(REFUSED_BY_ECR, environment({ accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" })));

      test("a user without a policy", () => fails(REFUSED_BY_ECR, environment(stranger)));

      test("a role in a profile", () => pulls(profileOn(puller, `role_arn = ${pullRole}`)));

      test("a role in a profile, with every setting that the request can have", () =>
        pulls(
          profileOn(
            puller,
            `role_arn = ${pullRole}`,
            "role_session_name = node,1@example.com",
            "external_id = a+b/c=d:e-f",
            "duration_seconds = 900",
            "region = eu-west-1",
          ),
        ));

      test("--role-arn", () => pulls(environment(puller), "--role-arn", pullRole));

      test("a role that trusts another user", () =>
        fails(
          /asking AWS STS .*\(AssumeRole\).*AccessDenied/,
          environment(puller),
          "--role-arn",
          `arn:aws:iam::${ACCOUNT}:role/closed`,
        ));

      test("a role that can be assumed but may not pull", () =>
        fails(REFUSED_BY_ECR, environment(puller), "--role-arn", `arn:aws:iam::${ACCOUNT}:role/idle`));

      test("temporary keys in the environment", async () => {
        await moto.checkAfter(1);
        await pulls(environment(await moto.sessionOf(pullRole)));
      });

      test("a session token of other keys", async () => {
        await moto.checkAfter(1);
        const keys = await moto.sessionOf(pullRole);
        await fails(REFUSED_BY_ECR, environment({ ...keys, sessionToken: `${keys.sessionToken}x` }));
      });

      test("a web identity: the exchange is not signed, the request to ECR is", async () => {
        // moto would look for a signature in a request that has none.
        await moto.checkAfter(1);
        await pulls({
          AWS_ROLE_ARN: `arn:aws:iam::${ACCOUNT}:role/pod`,
          AWS_WEB_IDENTITY_TOKEN_FILE: file("header.payload.signature"),
        });
      });
    });
  }
}
