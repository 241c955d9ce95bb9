import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin, type Question } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { StartError } from "@imagecred/protocol";
import { runShell } from "@imagecred/protocol/runtime";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());

const ECR_OK = "aws.ecr GetAuthorizationToken 200";
const ASSUMED = "aws.sts AssumeRole 200";
const { accessKeyId, secretAccessKey } = clouds.aws.user();
const KEYS = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
const PULL = clouds.aws.roleArn("pull");

/** Runs the plugin with these two files; AWS_PROFILE is set only if `profile` is given. */
async function withFiles(
  files: { config?: string; credentials?: string },
  profile?: string,
  env: Record<string, string> = {},
  context: Question["context"] = {},
) {
  const { config = "", credentials = "" } = files;
  return askPlugin(ecr, clouds, {
    context,
    env: {
      AWS_CONFIG_FILE: await clouds.core.writeFile("config", config),
      AWS_SHARED_CREDENTIALS_FILE: await clouds.core.writeFile("credentials", credentials),
      ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
      ...env,
    },
  });
}

describe("profiles", () => {
  test("keys in the credentials file", async () => {
    const { calls, lines } = await withFiles({ credentials: `[puller]\n${KEYS}` }, "puller");
    assert.deepEqual(calls, [ECR_OK]);
    assert.ok(lines.some((line) => line.includes(`access key ${accessKeyId} of profile puller`)));
  });

  test("keys in the config file, with comments, spaces and quotes as AWS writes them", async () => {
    const config = `# first\n; second\n[services local]\nendpoint_url = x\n[profile "puller one"]\n  region = eu-west-1 ; not ours\n${KEYS}`;
    const spaced = await withFiles({ config: config.replace("puller one", "puller-one") }, "puller-one");
    assert.deepEqual(spaced.calls, [ECR_OK]);
  });

  test("the default profile, without AWS_PROFILE", async () => {
    const { calls } = await withFiles({ credentials: `[default]\n${KEYS}` });
    assert.deepEqual(calls, [ECR_OK]);
  });

  test("the credentials file overrides the config file", async () => {
    const { calls } = await withFiles({
      config: "[default]\naws_access_key_id = AKIAWRONGWRONGWRONG\naws_secret_access_key = wrong\n",
      credentials: `[default]\n${KEYS}`,
    });
    assert.deepEqual(calls, [ECR_OK]);
  });

  test("the files in HOME are found", async () => {
    const { mkdir, writeFile } = await import("node:fs/promises");
    await mkdir(`${clouds.core.directory}/home/.aws`, { recursive: true });
    await writeFile(`${clouds.core.directory}/home/.aws/credentials`, `[default]\n${KEYS}`);
    const env = { HOME: `${clouds.core.directory}/home` };
    assert.deepEqual((await askPlugin(ecr, clouds, { env })).calls, [ECR_OK]);
    const tilde = { ...env, AWS_SHARED_CREDENTIALS_FILE: "~/.aws/credentials", AWS_CONFIG_FILE: "~/none" };
    assert.deepEqual((await askPlugin(ecr, clouds, { env: tilde })).calls, [ECR_OK]);
  });

  test("a default profile without credentials is skipped: the next identity is used", async () => {
    const { message } = await withFiles({ config: "[default]\nregion = us-west-2\n" });
    assert.match(message, /profile \(profile default has no credentials\), web identity token file/);
  });

  test("environment keys come before profiles", async () => {
    const { lines, calls } = await withFiles(
      { credentials: "[puller]\naws_access_key_id = AKIAX\n" },
      "puller",
      {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
    );
    assert.deepEqual(calls, [ECR_OK]);
    assert.ok(lines.some((line) => line.includes("source=environment variables")));
  });
});

describe("profiles with a role", () => {
  const role = `role_arn = ${PULL}\n`;

  test("source_profile", async () => {
    const { calls, requests } = await withFiles(
      {
        config: `[profile puller]\n${role}source_profile = base\nrole_session_name = from-profile\nregion = eu-west-1\nduration_seconds = 900\n`,
        credentials: `[base]\n${KEYS}`,
      },
      "puller",
    );
    assert.deepEqual(calls, [ASSUMED, ECR_OK]);
    assert.equal(requests[0]?.host, "sts.eu-west-1.amazonaws.com");
    const form = new URLSearchParams(requests[0]?.body.toString());
    assert.equal(form.get("RoleSessionName"), "from-profile");
    assert.equal(form.get("DurationSeconds"), "900");
  });

  test("external_id is sent", async () => {
    const { requests } = await withFiles(
      {
        config: `[profile puller]\n${role}source_profile = base\nexternal_id = outside-7\n`,
        credentials: `[base]\n${KEYS}`,
      },
      "puller",
    );
    assert.equal(new URLSearchParams(requests[0]?.body.toString()).get("ExternalId"), "outside-7");
  });

  test("a chain of roles, each assumed with the previous one", async () => {
    const { calls } = await withFiles(
      {
        config: `[profile puller]\n${role}source_profile = middle\n[profile middle]\nrole_arn = ${clouds.aws.roleArn("node")}\nsource_profile = base\n`,
        credentials: `[base]\n${KEYS}`,
      },
      "puller",
    );
    assert.deepEqual(calls, [ASSUMED, ASSUMED, ECR_OK]);
  });

  test("a profile that is its own source", async () => {
    const { calls } = await withFiles(
      { config: `[profile puller]\n${role}source_profile = puller\n${KEYS}` },
      "puller",
    );
    assert.deepEqual(calls, [ASSUMED, ECR_OK]);
  });

  test("credential_source = Ec2InstanceMetadata", async () => {
    const { calls } = await askPlugin(ecr, clouds, { identity: "profile-instance-role" });
    assert.deepEqual(calls.slice(-3), ["aws.imds Credentials 200", ASSUMED, ECR_OK]);
  });

  test("credential_source = Environment", async () => {
    const { calls } = await withFiles(
      { config: `[profile puller]\n${role}credential_source = Environment\n` },
      "puller",
      // Keys in the environment come before profiles, so they are set here together with the profile.
      { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    );
    assert.deepEqual(calls, [ECR_OK]);
  });

  test("credential_source = EcsContainer", async () => {
    const ecs = await clouds.env("ecr", "ecs");
    const { calls } = await withFiles(
      { config: `[profile puller]\n${role}credential_source = EcsContainer\n` },
      "puller",
      ecs,
    );
    assert.deepEqual(calls, ["aws.ecs Credentials 200", ASSUMED, ECR_OK]);
  });

  test("web_identity_token_file", async () => {
    const token = await clouds.cluster.issueServiceAccountToken({ audience: "sts.amazonaws.com" });
    const file = await clouds.core.writeFile("profile-token", `${token}\n`);
    const { calls } = await withFiles(
      {
        config: `[profile puller]\nrole_arn = ${clouds.aws.roleArn("pod")}\nweb_identity_token_file = ${file}\n`,
      },
      "puller",
    );
    assert.deepEqual(calls, ["aws.sts AssumeRoleWithWebIdentity 200", ECR_OK]);
  });

  test("STS denies: the error names the role, the caller and the missing permission", async () => {
    const { message, calls } = await withFiles(
      {
        config: "[profile puller]\nrole_arn = arn:aws:iam::210987654321:role/other\nsource_profile = base\n",
        credentials: `[base]\n${KEYS}`,
      },
      "puller",
    );
    assert.deepEqual(calls, ["aws.sts AssumeRole 403"]);
    assert.match(message, /as access key \w+ of profile base: status 403, AccessDenied/);
  });
});

describe("credential_process", () => {
  const printing = (document: unknown) =>
    `[profile puller]\ncredential_process = echo '${JSON.stringify(document)}'\n`;
  const good = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };

  test("its output is the identity; the shell parses spaces and quotes", async () => {
    assert.deepEqual((await askPlugin(ecr, clouds, { identity: "credential-process" })).calls, [ECR_OK]);
    assert.deepEqual((await withFiles({ config: printing(good) }, "puller")).calls, [ECR_OK]);
  });

  test("it gets the plugin's environment, not this process's", async () => {
    const config =
      '[profile puller]\ncredential_process = test "$ONLY_HERE" = yes && test -z "$NODE_OPTIONS" && cat "$DOCUMENT"\n';
    const DOCUMENT = await clouds.core.writeFile("document.json", JSON.stringify(good));
    process.env["NODE_OPTIONS"] = "--no-warnings";
    const { calls, message } = await withFiles({ config }, "puller", { ONLY_HERE: "yes", DOCUMENT });
    delete process.env["NODE_OPTIONS"];
    assert.deepEqual(calls, [ECR_OK], message);
  });

  test("stdout and stderr of a failure are not shown", async () => {
    const config = "[profile puller]\ncredential_process = echo out-secret; echo err-secret >&2; exit 3\n";
    const { message, lines, calls } = await withFiles({ config }, "puller");
    assert.deepEqual(calls, []);
    assert.match(
      message,
      /running the credential_process of profile puller: it exited with status 3; run the/,
    );
    assert.ok(![message, ...lines].some((line) => /(out|err)-secret/.test(line)));
  });

  test("no shell on the node: a plain command runs without one, others fail with the reason", async () => {
    const program = await clouds.core.writeFile("tool", "");
    const { chmod, writeFile } = await import("node:fs/promises");
    await writeFile(program, `#!/bin/sh\necho '${JSON.stringify(good)}'\n`);
    await chmod(program, 0o755);
    const commands: unknown[] = [];
    const context = {
      runShell: async ({ command, env }: Parameters<typeof runShell>[0]) => {
        commands.push(command);
        if (typeof command === "string") throw new StartError("/bin/sh", "ENOENT", env, undefined);
        return await runShell({ command, env, timeoutMs: 10_000, maxStdoutBytes: 65_536 });
      },
    };
    const ask = async (line: string) =>
      withFiles({ config: `[profile puller]\ncredential_process = ${line}\n` }, "puller", {}, context);
    assert.deepEqual((await ask(`${program} "an argument"`)).calls, [ECR_OK]);
    assert.deepEqual(commands, [[program, "an argument"]]);
    const piped = await ask(`${program} | cat`);
    assert.match(
      piped.message,
      /\/bin\/sh: the file, or the interpreter that its first line names, does not exist.*this node has no shell/,
    );
    assert.doesNotMatch(piped.message, /internal error/);
  });

  test("the error for a missing program names it and the PATH", async () => {
    const env = { PATH: "/nonexistent/bin" };
    const plain = await withFiles(
      { config: "[profile puller]\ncredential_process = no-such-tool\n" },
      "puller",
      env,
    );
    assert.match(plain.message, /no-such-tool: it was not found in PATH, which is "\/nonexistent\/bin"/);
    const shell = await withFiles(
      { config: "[profile puller]\ncredential_process = no-such-tool | :; no-such-tool\n" },
      "puller",
      env,
    );
    assert.match(shell.message, /found no such program \(status 127\); PATH is "\/nonexistent\/bin"/);
  });

  for (const [what, document, said] of [
    ["no version", { ...good, Version: undefined }, /no JSON object with Version 1/],
    ["another version", { ...good, Version: 2 }, /no JSON object with Version 1/],
    ["no key", { Version: 1 }, /has no AccessKeyId and SecretAccessKey/],
    [
      "expired",
      { ...good, Expiration: "2020-01-01T00:00:00Z" },
      /its credentials expired at "2020-01-01T00:00:00Z"/,
    ],
    ["an expiry that is not a time", { ...good, Expiration: "soon" }, /its credentials expired at "soon"/],
  ] as const) {
    test(`${what}: an error`, async () => {
      const { message, calls } = await withFiles({ config: printing(document) }, "puller");
      assert.deepEqual(calls, []);
      assert.match(message, said);
    });
  }
});

describe("broken profiles end the chain", () => {
  const role = `role_arn = ${PULL}\n`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["not there", "[profile other]\n", /the AWS profile puller: there is no such profile/],
    ["nothing in it", "[profile puller]\nregion = us-west-2\n", /it has no credentials/],
    [
      "unknown source_profile",
      `[profile puller]\n${role}source_profile = none\n`,
      /source_profile "none" does not exist/,
    ],
    [
      "both sources",
      `[profile puller]\n${role}source_profile = a\ncredential_source = Environment\n`,
      /has both/,
    ],
    [
      "unknown credential_source",
      `[profile puller]\n${role}credential_source = Cloud\n`,
      /use Environment, Ec2Inst/,
    ],
    [
      "empty credential_source",
      `[profile puller]\n${role}credential_source = EcsContainer\n`,
      /no credentials: AWS_CONT/,
    ],
    ["no ARN", "[profile puller]\nrole_arn = pull\nsource_profile = puller\n", /its role_arn is "pull"/],
    [
      "MFA",
      `[profile puller]\n${role}source_profile = a\nmfa_serial = arn:x\n`,
      /requires MFA \(mfa_serial\), which is not supported/,
    ],
    [
      "duration",
      `[profile puller]\n${role}source_profile = puller\nduration_seconds = 60\n${KEYS}`,
      /write 900 to 43200/,
    ],
    [
      "IAM Identity Center",
      "[profile puller]\nsso_session = corp\nsso_account_id = 1\n",
      /for people who sign in/,
    ],
    [
      "circle",
      `[profile puller]\n${role}source_profile = b\n[profile b]\n${role}source_profile = puller\n`,
      /is a loop: puller -> b -> puller/,
    ],
  ];
  for (const [what, config, said] of cases) {
    test(what, async () => {
      const { message, calls } = await withFiles({ config }, "puller");
      assert.deepEqual(calls, []);
      assert.match(message, said);
    });
  }

  test("AWS_PROFILE without any file", async () => {
    const { message, calls } = await askPlugin(ecr, clouds, { env: { AWS_PROFILE: "puller" } });
    assert.deepEqual(calls, []);
    assert.match(message, /profile puller \(AWS_PROFILE\): neither \/nonexistent\/.aws\/config nor/);
  });

  test("a file that cannot be read", async () => {
    const { message, calls } = await askPlugin(ecr, clouds, {
      env: { AWS_CONFIG_FILE: clouds.core.directory },
    });
    assert.deepEqual(calls, []);
    assert.match(message, /reading the AWS config file .*: is a directory/);
  });
});
