import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { answered, askPlugin, passwordOf } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "../index.ts";

let clouds: Clouds;
let subject: string;
before(async () => {
  clouds = await startClouds();
  subject = await clouds.google.podToken("cluster");
});
after(async () => {
  assert.deepEqual(clouds.defects, []);
  await clouds.close();
});

const JWT = "urn:ietf:params:oauth:token-type:jwt";

async function write(name: string, content: string | object): Promise<string> {
  return await clouds.core.writeFile(name, typeof content === "string" ? content : JSON.stringify(content));
}

/** The environment of a process with this external account. */
async function account(source: object, fields: object = {}): Promise<Record<string, string>> {
  const file = {
    type: "external_account",
    audience: `//iam.googleapis.com/${clouds.google.provider("cluster")}`,
    subject_token_type: JWT,
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: source,
    ...fields,
  };
  return { GOOGLE_APPLICATION_CREDENTIALS: await write("external-account.json", file) };
}

const impersonationUrl = (host: string) =>
  `https://${host}/v1/projects/-/serviceAccounts/${clouds.google.email("puller")}:generateAccessToken`;

test("white space around a subject token is ignored", async () => {
  const source = { file: await write("echoed", `${subject}\n`) };
  const { calls } = await answered(gcr, clouds, { env: await account(source) });
  assert.deepEqual(calls, ["google.sts Token 200"]);
  const format = { type: "json", subject_token_field_name: "t" };
  const json = { file: await write("echoed.json", { t: ` ${subject}\r\n` }), format };
  assert.deepEqual((await answered(gcr, clouds, { env: await account(json) })).calls, calls);
});

test("the error for an unknown format is about the file, not the token", async () => {
  const file = await write("formatted", JSON.stringify({ t: subject }));
  for (const [format, message] of [
    [{ type: "xml" }, /credential_source\.format\.type is "xml"; expected text or json/],
    [{ type: "json" }, /format is json and has no subject_token_field_name; set it to the field/],
    [{ type: "json", subject_token_field_name: "other" }, /has no token; check what writes that file/],
  ] as const) {
    const outcome = await askPlugin(gcr, clouds, { env: await account({ file, format }) });
    assert.match(outcome.message, message);
    assert.deepEqual(outcome.calls, []);
  }
});

describe("the checked endpoint gets the request", () => {
  for (const host of [
    "iamcredentials.googleapis.com",
    "iamcredentials-corp.p.googleapis.com",
    "iamcredentials.us-central1.rep.googleapis.com",
  ]) {
    test(host, async () => {
      const source = { file: await write("subject", subject) };
      const env = await account(source, {
        token_url: "https://sts-corp.p.googleapis.com/v1/token",
        service_account_impersonation_url: impersonationUrl(host),
      });
      const { requests, answer } = await answered(gcr, clouds, { env });
      assert.deepEqual(
        requests.map((request) => request.host),
        ["sts-corp.p.googleapis.com", host],
      );
      const grant = await clouds.google.check(passwordOf(answer));
      assert.match(grant?.principal ?? "", /^serviceAccount:puller@/);
    });
  }

  test("for a pod, by the flags", async () => {
    const args = [
      `--workload-identity-provider=${clouds.google.provider("cluster")}`,
      "--sts-endpoint=https://sts.us-central1.rep.googleapis.com/",
      "--iamcredentials-endpoint=https://iamcredentials-corp.p.googleapis.com",
    ];
    const annotations = { "iam.gke.io/gcp-service-account": clouds.google.email("puller") };
    const { requests } = await answered(gcr, clouds, {
      args,
      serviceAccount: { token: subject, annotations },
    });
    assert.deepEqual(
      requests.map((request) => request.host),
      ["sts.us-central1.rep.googleapis.com", "iamcredentials-corp.p.googleapis.com"],
    );
    for (const value of [
      "https://sts.evil.test",
      "http://sts.googleapis.com",
      "https://sts.googleapis.com/x",
    ]) {
      const { message } = await askPlugin(gcr, clouds, { args: [`--sts-endpoint=${value}`] });
      assert.match(message, /--sts-endpoint is ".*", expected an endpoint of sts\.googleapis\.com/);
    }
  });
});

test("workforce_pool_user_project with a workload pool is an error in the file", async () => {
  const source = { file: await write("subject", subject) };
  const env = await account(source, { workforce_pool_user_project: "123" });
  const { message, calls } = await askPlugin(gcr, clouds, { env });
  assert.match(
    message,
    /it has workforce_pool_user_project, but its audience is not a workforce pool; remove that field/,
  );
  assert.deepEqual(calls, []);
});

test("the advice depends on the response", async () => {
  const source = { file: await write("subject", subject) };
  const url = impersonationUrl("iamcredentials.googleapis.com");
  const env = await account(source, { service_account_impersonation_url: url });
  const reply = (status: number) => ({ status, headers: {}, body: "{}" });
  for (const [service, status, advice] of [
    ["google.iamcredentials", 404, /check the service account's name/],
    ["google.iamcredentials", 429, /nothing to do: the kubelet tries again/],
    ["google.sts", 502, /nothing to do: the kubelet tries again/],
  ] as const) {
    await clouds.faults.add({ service, fault: { kind: "answer", reply: reply(status) } });
    const { message } = await askPlugin(gcr, clouds, { env });
    assert.match(message, new RegExp(`status ${status}`));
    assert.match(message, advice);
    assert.doesNotMatch(message, /roles\//);
  }
});

describe("an executable as the source", () => {
  const ALLOWED = { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: "1" };

  async function program(script: string): Promise<string> {
    const path = await write("program.sh", `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  const printed = (document: object) => `cat <<'END'\n${JSON.stringify(document)}\nEND`;

  test("provides the token that it prints, if the environment allows it", async () => {
    const good = printed({ version: 1, success: true, token_type: JWT, id_token: subject });
    const command = await program(`test "$GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE" = ${JWT} && ${good}`);
    const env = await account({ executable: { command: `${command} --flag`, timeout_millis: 5000 } });
    const { calls } = await answered(gcr, clouds, { env: { ...env, ...ALLOWED } });
    assert.deepEqual(calls, ["google.sts Token 200"]);
    const { message } = await askPlugin(gcr, clouds, { env });
    assert.match(message, /set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 to allow it/);
  });

  test("is not run while its output file has a valid token", async () => {
    const document = {
      version: 1,
      success: true,
      id_token: subject,
      expiration_time: Date.now() / 1000 + 600,
    };
    const output_file = await write("output.json", document);
    const command = await program("exit 7");
    const env = { ...(await account({ executable: { command, output_file } })), ...ALLOWED };
    assert.deepEqual((await answered(gcr, clouds, { env })).calls, ["google.sts Token 200"]);
    await writeFile(output_file, JSON.stringify({ ...document, expiration_time: 1 }));
    assert.match((await askPlugin(gcr, clouds, { env })).message, /its executable exited with status 7/);
  });

  for (const [what, script, said] of [
    [
      "that refuses",
      printed({ version: 1, success: false, code: "401", message: "no session" }),
      /failed: 401: no session/,
    ],
    ["that prints something other than JSON", "echo hello", /printed no JSON object with version 1/],
    [
      "whose token has expired",
      printed({ version: 1, success: true, id_token: "x", expiration_time: 5 }),
      /has expired/,
    ],
    ["without a token", printed({ version: 1, success: true }), /printed no token of the file's type/],
  ] as const) {
    test(`${what} is a specific error`, async () => {
      const env = { ...(await account({ executable: { command: await program(script) } })), ...ALLOWED };
      const { message, calls } = await askPlugin(gcr, clouds, { env });
      assert.match(message, said);
      assert.deepEqual(calls, []);
    });
  }
});

describe("an X.509 certificate as the source", () => {
  const MTLS = "urn:ietf:params:oauth:token-type:mtls";

  async function certificate(source: object, env: object = {}, fields: object = {}) {
    const { authority, google } = clouds.federation;
    const intermediate = await authority.intermediate();
    const { certificatePem, privateKeyPem, chainPem } = await intermediate.issue();
    const workload = {
      cert_path: await write("workload.pem", certificatePem),
      key_path: await write("workload.key", privateKeyPem),
    };
    const config = await write("certificate_config.json", { cert_configs: { workload } });
    const filled = JSON.parse(
      JSON.stringify(source)
        .replace("@config", config)
        .replace("@chain", await write("chain.pem", certificatePem + chainPem)),
    );
    const file = {
      audience: `//iam.googleapis.com/${google.x509Provider}`,
      subject_token_type: MTLS,
      token_url: undefined,
    };
    const variables = JSON.parse(JSON.stringify(env).replace("@config", config));
    return { ...(await account({ certificate: filled }, { ...file, ...fields })), ...variables };
  }

  test("its paths come from the certificate configuration in the file, or from the default one", async () => {
    for (const [source, env] of [
      [{ certificate_config_location: "@config", trust_chain_path: "@chain" }, {}],
      [
        { use_default_certificate_config: true, trust_chain_path: "@chain" },
        { GOOGLE_API_CERTIFICATE_CONFIG: "@config" },
      ],
    ] as const) {
      const { answer, calls } = await answered(gcr, clouds, { env: await certificate(source, env) });
      assert.deepEqual(calls, ["google.sts Token 200"]);
      const { principal } = (await clouds.google.check(passwordOf(answer))) ?? {};
      assert.match(principal ?? "", /\/subject\/system:node:node-1$/);
    }
    assert.equal(clouds.connections.at(-1)?.serverName, "sts.mtls.googleapis.com");
  });

  test("the error names the missing part", async () => {
    for (const [source, env, said] of [
      [{}, {}, /must have either use_default_certificate_config or certificate_config_location/],
      [
        { use_default_certificate_config: true, certificate_config_location: "@config" },
        {},
        /must have either/,
      ],
      [
        { use_default_certificate_config: true },
        { HOME: "" },
        /there is no home directory; set GOOGLE_API_CERTIFICATE_CONFIG/,
      ],
      [
        { certificate_config_location: "@chain" },
        {},
        /it has no paths of a workload certificate and its key/,
      ],
      [{ certificate_config_location: "/nonexistent" }, {}, /certificate configuration \/nonexistent/],
    ] as const) {
      const { message, calls } = await askPlugin(gcr, clouds, { env: await certificate(source, env) });
      assert.deepEqual(calls, []);
      assert.match(message, said);
    }
  });
});

test("a workforce user's login is refreshed at Google STS", async () => {
  const file = {
    type: "external_account_authorized_user",
    audience: "//iam.googleapis.com/locations/global/workforcePools/p/providers/i",
    client_id: "client",
    client_secret: "secret-of-the-client",
    refresh_token: "refresh-token-of-the-user",
    token_url: "https://sts.googleapis.com/v1/oauthtoken",
  };
  const env = { GOOGLE_APPLICATION_CREDENTIALS: await write("workforce.json", file) };
  await clouds.faults.add({
    service: "google.sts",
    times: 1,
    fault: {
      kind: "answer",
      reply: {
        status: 200,
        headers: { "content-type": "application/json" },
        body: '{"access_token":"ya29.workforce","expires_in":3600}',
      },
    },
  });
  const { answer, requests } = await answered(gcr, clouds, { env });
  assert.equal(passwordOf(answer), "ya29.workforce");
  assert.deepEqual(
    requests.map(({ host, path }) => host + path),
    ["sts.googleapis.com/v1/oauthtoken"],
  );
  const elsewhere = { ...file, token_url: "https://sts.googleapis.com.evil.test/v1/oauthtoken" };
  const { message } = await askPlugin(gcr, clouds, {
    env: { GOOGLE_APPLICATION_CREDENTIALS: await write("workforce.json", elsewhere) },
  });
  assert.match(message, /its token_url is not an endpoint of sts\.googleapis\.com/);
});
