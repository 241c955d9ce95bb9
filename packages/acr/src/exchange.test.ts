import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answered } from "@imagecred/e2e";
import { EXCHANGE_FAULTS, startClouds } from "@imagecred/fake-clouds";
import { OptionsError, UnsupportedRegistryError } from "@imagecred/protocol";
import { ManualClock } from "@imagecred/protocol/testing";
import { acr } from "./provider.ts";
import { failure, operations, pull } from "./testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;
const CONFIG = await azure.azureJsonFile("managed-identity");

const EXPECTED: Readonly<Record<string, RegExp>> = {
  "200 without a refresh_token":
    /status 200 without a refresh_token; check that myreg\.azurecr\.io leads to Azure Container Registry/,
  "200 with an empty refresh_token": /status 200 without a refresh_token; /,
  "200 that is not JSON": /status 200 with a body that is not JSON: "<html>sign in<\/html>"; /,
  redirect: /status 307, a redirect to https:\/\/evil\.example, which is not followed with a credential/,
  "WWW-Authenticate: Basic":
    /status 401 with WWW-Authenticate: Basic realm="registry", which is not a registry that accepts Entra tokens/,
};

for (const [name, fault] of Object.entries(EXCHANGE_FAULTS)) {
  test(`the registry's response to the exchange is ${name}: an error that says so, and no request to another host`, async () => {
    await clouds.faults.add({ service: "azure.acr", operation: "Exchange", fault });
    const message = await failure(clouds, { args: [CONFIG] });
    assert.match(
      message,
      /^exchanging the Entra token for a credential of myreg\.azurecr\.io \(oauth2\/exchange\): /,
    );
    assert.match(message, EXPECTED[name] ?? assert.fail(name));
    assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
    assert.ok(clouds.proxied.every(({ target }) => target === "myreg.azurecr.io:443"));
  });
}

test("an identity without a role is refused at the exchange, and the advice begins with the role (AKS, October 2026)", async () => {
  const message = await failure(clouds, { args: [CONFIG], image: "openreg.azurecr.io/app" });
  assert.match(
    message,
    /status 401 UNAUTHORIZED, authentication required, visit https:\/\/aka\.ms\/acr\/authorization .*; give the identity the role AcrPull on openreg\.azurecr\.io \(Container Registry Repository Reader if the registry uses ABAC\)/,
  );
});

test("if the registry's firewall refuses, the advice is only about the firewall", async () => {
  const errors = [
    {
      code: "DENIED",
      message:
        "client with IP '20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
    },
  ];
  await clouds.faults.add({
    service: "azure.acr",
    fault: { kind: "answer", reply: { status: 403, body: JSON.stringify({ errors }) } },
  });
  assert.match(
    await failure(clouds, { args: [CONFIG] }),
    /status 403 DENIED, client with IP '20\.1\.2\.3' .*; allow this network in the firewall or private endpoints of myreg\.azurecr\.io$/,
  );
});

test("a node's slow clock does not extend a token's lifetime", async () => {
  azure.addRegistry({
    name: "slowclock",
    tenant: azure.population().node.tenant,
    refreshTokenSeconds: 3 * 3600,
  });
  const now = Date.now() - 4 * 3_600_000;
  const clock = new ManualClock(now);
  const { answer } = await answered(acr, clouds, {
    args: [CONFIG],
    image: "slowclock.azurecr.io/app",
    context: { clock },
  });
  assert.equal(Number(answer.expiresAt) - now, 3 * 3_600_000);
});

test("a registry of another tenant refuses: the error has its correlation id and our tenant", async () => {
  const message = await failure(clouds, { args: [CONFIG], image: "partnerreg.azurecr.io/app" });
  const { tenant } = azure.population().node;
  assert.match(
    message,
    /status 401 UNAUTHORIZED, authentication required, .* \(correlation id [0-9a-f-]{36}\); .* check that it belongs to the registry's tenant/,
  );
  assert.ok(message.includes(tenant));
});

test("the credential expires with its token; one without an expiry is not cached", async () => {
  azure.addRegistry({ name: "short", tenant: azure.population().node.tenant, refreshTokenSeconds: 90 });
  const before = Math.floor(Date.now() / 1000);
  const { answer } = await answered(acr, clouds, { args: [CONFIG], image: "short.azurecr.io/app" });
  const left = Number(answer.expiresAt) / 1000 - before;
  assert.ok(left >= 90 && left < 100, `${left}`);
  const body = JSON.stringify({ refresh_token: "opaque-token-without-claims" });
  await clouds.faults.add({
    service: "azure.acr",
    operation: "Exchange",
    fault: { kind: "answer", reply: { status: 200, body } },
  });
  assert.equal((await answered(acr, clouds, { args: [CONFIG] })).answer.expiresAt, "do-not-cache");
});

test("keys have the image's letter case and port; the token is sent to the registry's host and default port", async () => {
  for (const [image, host] of [
    ["MyReg.azurecr.io/app", "myreg.azurecr.io"],
    ["myreg.azurecr.io:443/app", "myreg.azurecr.io"],
    ["myreg.azurecr.io:8443/app", "myreg.azurecr.io"],
    ["myreg.eastus.geo.azurecr.io/app", "myreg.eastus.geo.azurecr.io"],
    ["myreg-h4x0r2d2c3p0bb88.azurecr.io/app", "myreg-h4x0r2d2c3p0bb88.azurecr.io"],
  ] as const) {
    await clouds.reset();
    const { answer } = await answered(acr, clouds, { args: [CONFIG], image });
    assert.deepEqual(Object.keys(answer.auth), [image.split("/")[0]]);
    assert.deepEqual(
      clouds.requests.filter(({ service }) => service === "azure.acr").map(({ headers }) => headers["host"]),
      [host],
    );
  }
});

test("hosts that are not registries of the cloud are rejected before any request or connection", async () => {
  for (const image of [
    "evilazurecr.io/app",
    "myreg.azurecr.io.evil.test/app",
    "evil.test/myreg.azurecr.io",
    "my.reg.azurecr.io/app",
    "azurecr.io/app",
    "myreg.azurecr.cn/app",
    "myreg.azurecr.us/app",
    "docker.io/library/app",
    "app",
  ]) {
    const message = await failure(clouds, { args: [CONFIG], image }, UnsupportedRegistryError);
    assert.match(
      message,
      /narrow matchImages of acr-credential-provider to \*\.azurecr\.io, or, for a mirror, add --registry/,
    );
  }
  assert.deepEqual([clouds.requests, clouds.connections, clouds.proxied], [[], [], []]);
});

const MIRRORS: readonly [
  args: readonly string[],
  image: string,
  keys: readonly string[],
  cacheKeyType: string,
][] = [
  [
    ["-r", "mcr.microsoft.com:myreg.azurecr.io"],
    "mcr.microsoft.com/app",
    ["mcr.microsoft.com", "myreg.azurecr.io"],
    "Registry",
  ],
  [
    ["--registry-mirror=a.test:partnerreg.azurecr.io,b.test:myreg.azurecr.io"],
    "b.test/app",
    ["b.test", "myreg.azurecr.io"],
    "Registry",
  ],
  [
    ["--registry", "mirror.test:5000=myreg.azurecr.io"],
    "mirror.test:5000/app",
    ["mirror.test:5000", "myreg.azurecr.io"],
    "Registry",
  ],
  [
    ["-r", "mirror.test:5000:myreg.azurecr.io:443"],
    "mirror.test:5000/app",
    ["mirror.test:5000", "myreg.azurecr.io:443"],
    "Registry",
  ],
  [
    ["-r", "mcr.microsoft.com/dotnet:myreg.azurecr.io/dotnet"],
    "mcr.microsoft.com/dotnet/sdk",
    ["mcr.microsoft.com/dotnet", "myreg.azurecr.io/dotnet"],
    "Image",
  ],
];

for (const [args, image, keys, cacheKeyType] of MIRRORS) {
  test(`${args.join(" ")}: source and target both get the credential`, async () => {
    const { answer } = await answered(acr, clouds, { args: [...args, CONFIG], image });
    assert.deepEqual(Object.keys(answer.auth), keys);
    assert.equal(answer.cacheKeyType, cacheKeyType);
    const passwords = new Set(Object.values(answer.auth).map(({ password }) => password.reveal()));
    assert.equal(passwords.size, 1);
    assert.equal(await pull(clouds, "myreg.azurecr.io", [...passwords][0]), 200);
  });
}

test("a mapping to a host that is not a registry of the cloud is an error before any request", async () => {
  const args = ["--registry", "mirror.test=evil.test", CONFIG];
  const message = await failure(clouds, { args, image: "mirror.test/app" }, OptionsError);
  assert.match(message, /--registry maps mirror\.test to evil\.test, but that does not end in \.azurecr\.io/);
  assert.deepEqual(clouds.requests, []);
});

test("the anonymous retry: off by default; enabled, one more entry for the cloud's suffix", async () => {
  const keysOf = async (image: string, ...args: string[]) => {
    const { answer } = await answered(acr, clouds, { args: [...args, CONFIG], image });
    return Object.entries(answer.auth).map(
      ([key, { username }]) => `${key} ${username === "" ? "anonymous" : "token"}`,
    );
  };
  const flag = "--anonymous-second-try";
  assert.deepEqual(await keysOf("myreg.azurecr.io/app"), ["myreg.azurecr.io token"]);
  assert.deepEqual(await keysOf("myreg.azurecr.io/app", flag), [
    "myreg.azurecr.io token",
    "*.azurecr.io anonymous",
  ]);
  assert.deepEqual(await keysOf("myreg.azurecr.io:443/app", flag), [
    "myreg.azurecr.io:443 token",
    "*.azurecr.io:443 anonymous",
  ]);
  assert.deepEqual(await keysOf("myreg.eastus.geo.azurecr.io/app", flag), [
    "myreg.eastus.geo.azurecr.io token",
    "*.eastus.geo.azurecr.io anonymous",
  ]);
  assert.deepEqual(await keysOf("m.test/app", flag, "-r", "m.test:myreg.azurecr.io"), [
    "m.test token",
    "myreg.azurecr.io token",
    "*.azurecr.io anonymous",
  ]);
});

test("the anonymous retry helps if anonymous pulls are allowed, and the identity's role covers only other repositories", async () => {
  const { clientId } = azure.population().machine[0].app;
  azure.addRegistry({
    name: "abacreg",
    tenant: azure.population().node.tenant,
    anonymousPull: true,
    repositoryReaders: { [clientId]: ["team/app"] },
  });
  const { answer } = await answered(acr, clouds, {
    args: ["--anonymous-second-try", CONFIG],
    image: "abacreg.azurecr.io/app",
  });
  const token = answer.auth["abacreg.azurecr.io"]?.password.reveal();
  assert.equal(await pull(clouds, "abacreg.azurecr.io", token), 401);
  assert.equal(await pull(clouds, "abacreg.azurecr.io", undefined), 200);
  assert.equal(await pull(clouds, "myreg.azurecr.io", undefined), 401);
});
