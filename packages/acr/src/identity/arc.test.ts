import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { answered } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { CredentialError, OptionsError, systemFiles } from "@imagecred/protocol";
import { acr } from "../provider.ts";
import { failure, operations } from "../testing/requests.ts";

const clouds = await startClouds();
const { azure } = clouds;
const KEY_FILE = "/var/opt/azcmagent/tokens/0a1b2c3d.key";
const KEY = "the-key-of-the-agent";

/** The agent of an Azure Arc machine, on its own socket. */
const agent = {
  realm: KEY_FILE,
  named: undefined as string | undefined,
  requests: [] as URL[],
  challenges: 0,
};
const server = createServer((request, response): void => {
  const url = new URL(request.url ?? "", "http://agent");
  agent.requests.push(url);
  if (request.headers["metadata"] !== "true") {
    response.writeHead(400).end();
    return;
  }
  if (request.headers["authorization"] !== `Basic ${KEY}`) {
    agent.challenges++;
    response.writeHead(401, { "www-authenticate": `Basic realm=${agent.realm}` }).end();
    return;
  }
  void azure.directory
    .issueAccessToken({
      app: azure.population().machine[0].app,
      resource: url.searchParams.get("resource") ?? "",
      expiresIn: 3600,
    })
    .then((token) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ access_token: token, client_id: agent.named })),
    );
});
let env: Record<string, string>;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  env = { IDENTITY_ENDPOINT: `${origin}/metadata/identity/oauth2/token`, IMDS_ENDPOINT: origin };
});
beforeEach(async () => {
  await clouds.reset();
  Object.assign(agent, { realm: KEY_FILE, named: undefined, requests: [], challenges: 0 });
});
after(async () => {
  server.close();
  await clouds.close();
});

/** The machine's files, including the agent's keys. */
function filesWith(keys: Readonly<Record<string, string>>) {
  return {
    ...systemFiles,
    readText: async (path: string, what: string) => {
      const key = keys[path];
      if (key === undefined) throw new OptionsError(`reading the ${what} ${path}: no such file`);
      return key;
    },
  };
}

const question = (
  keys: Readonly<Record<string, string>> = { [KEY_FILE]: KEY },
  extra: Record<string, string> = {},
) => ({
  env: { ...env, ...extra },
  context: { files: filesWith(keys) },
});

test("the agent's challenge gets a response from its key file, and IMDS gets no request", async () => {
  await answered(acr, clouds, question());
  assert.deepEqual(operations(clouds), ["azure.acr Exchange"]);
  assert.equal(agent.challenges, 1);
  assert.deepEqual(
    agent.requests.map((url) => [
      url.pathname,
      url.searchParams.get("api-version"),
      url.searchParams.get("resource"),
    ]),
    Array(2).fill(["/metadata/identity/oauth2/token", "2019-11-01", "https://containerregistry.azure.net"]),
  );
});

test("the response must confirm a user-assigned identity", async () => {
  const id = "20000000-bbbb-4bbb-8bbb-000000000001";
  const asked = question(undefined, { AZURE_CLIENT_ID: id });
  agent.named = id;
  await answered(acr, clouds, asked);
  for (const named of [undefined, "20000000-bbbb-4bbb-8bbb-000000000002"]) {
    agent.named = named;
    assert.match(
      await failure(clouds, asked),
      /Azure Arc agent for a token of managed identity .*(does not name the token's identity|the token is of).*; an Arc machine has only its own identity/,
    );
  }
  assert.ok(!operations(clouds).includes("azure.imds Token"));
});

test("only the agent's key files are read and sent", async () => {
  for (const realm of [
    "/etc/shadow",
    "/var/opt/azcmagent/tokens/../../../etc/shadow.key",
    "/var/opt/azcmagent/tokens/x/y.key",
    "/var/opt/azcmagent/tokens/token.txt",
    "/var/opt/azcmagent/tokens/.key",
    "",
  ]) {
    agent.realm = realm;
    agent.challenges = 0;
    const message = await failure(clouds, question({ [realm]: KEY }), CredentialError);
    assert.match(
      message,
      /reading the key file of the Azure Arc agent.*(names no key file|not a .key file in)/,
      realm,
    );
    assert.equal(agent.challenges, 1);
  }
});

test("an oversized or invalid key is not sent", async () => {
  for (const content of ["x".repeat(4097), "", "two\nlines"]) {
    assert.match(
      await failure(clouds, question({ [KEY_FILE]: content })),
      /it is not a key; check what responds at IDENTITY_ENDPOINT/,
    );
    assert.equal(agent.challenges, 1);
    agent.challenges = 0;
  }
});

test("a key file that cannot be read is an error that names it", async () => {
  assert.match(
    await failure(clouds, question({}), OptionsError),
    /key of the Azure Arc agent .*0a1b2c3d\.key: no such file/,
  );
});
