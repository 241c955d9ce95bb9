import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { CredentialError, OptionsError, UnsupportedRegistryError } from "@imagecred/protocol";
import { cloudOfLoginHost } from "./clouds.ts";
import { acr } from "./provider.ts";
import { failure, formSent, operations } from "./testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(async () => {
  await clouds.reset();
  azure.stackLogin = "entra";
});
const { azure } = clouds;

const CALLS = ["azure.entra Token", "azure.acr Exchange"];
const SUFFIX = { public: "azurecr.io", china: "azurecr.cn", usgov: "azurecr.us" } as const;
const LOGIN = {
  public: "login.microsoftonline.com",
  china: "login.chinacloudapi.cn",
  usgov: "login.microsoftonline.us",
} as const;

for (const cloud of ["public", "china", "usgov"] as const) {
  for (const identity of ["client-secret", "client-certificate", "federated-token-file"] as const) {
    test(`${cloud} with ${identity}: the cloud's Entra ID and registries`, async () => {
      const args = [await azure.azureJsonFile(identity, {}, cloud)];
      const { answer } = await answered(acr, clouds, { args, image: `myreg.${SUFFIX[cloud]}/app` });
      assert.deepEqual(operations(clouds), CALLS);
      assert.equal(clouds.requests[0]?.host, LOGIN[cloud]);
      assert.deepEqual(Object.keys(answer.auth), [`myreg.${SUFFIX[cloud]}`]);
    });
  }

  test(`${cloud} from AZURE_AUTHORITY_HOST, and a pod in it`, async () => {
    const env = await azure.env("client-secret", cloud);
    await answered(acr, clouds, { env, image: `myreg.${SUFFIX[cloud]}/app` });
    await clouds.reset();
    const { pod } = azure.population(cloud);
    const annotations = { "azure.workload.identity/client-id": pod.clientId };
    const serviceAccount = { token: await azure.podToken(), annotations };
    await answered(acr, clouds, { env, image: `myreg.${SUFFIX[cloud]}/app`, serviceAccount });
    assert.equal(clouds.requests[0]?.host, LOGIN[cloud]);
  });

  test(`${cloud} rejects other clouds' registries before any request`, async () => {
    const args = [await azure.azureJsonFile("managed-identity", {}, cloud)];
    for (const suffix of Object.values(SUFFIX).filter((each) => each !== SUFFIX[cloud])) {
      const message = await failure(clouds, { args, image: `myreg.${suffix}/app` }, UnsupportedRegistryError);
      assert.match(
        message,
        /belongs to Azure\w+Cloud, but the configured cloud is Azure\w+Cloud; narrow matchImages/,
      );
    }
    assert.deepEqual(clouds.requests, []);
    assert.deepEqual(clouds.connections, []);
  });
}

const STACK_IMAGE = "myreg.azsacr.redmond.stack.example.com/app";

for (const identity of ["client-secret", "client-certificate", "federated-token-file"] as const) {
  test(`Azure Stack through resourceManagerEndpoint with ${identity}`, async () => {
    const args = [await azure.azureJsonFile(identity, {}, "stack")];
    await answered(acr, clouds, { args, image: STACK_IMAGE });
    const seen = operations(clouds).filter((each) => each !== "azure.entra OpenIdConfiguration");
    assert.deepEqual(seen, ["azure.arm Endpoints", ...CALLS]);
    assert.deepEqual(
      [
        ...new Set(
          clouds.requests.filter(({ service }) => service === "azure.entra").map(({ host }) => host),
        ),
      ],
      ["login.redmond.stack.example.com"],
    );
  });
}

for (const identity of ["client-secret", "client-certificate"] as const) {
  test(`Azure Stack that signs in with AD FS, with ${identity}`, async () => {
    azure.stackLogin = "adfs";
    const args = [await azure.azureJsonFile(identity, { tenantId: "adfs" }, "adfs")];
    await answered(acr, clouds, { args, image: "adfsreg.azsacr.redmond.stack.example.com/app" });
    const token = clouds.requests.find(({ operation }) => operation === "Token");
    assert.equal(`${token?.host}${token?.path}`, "adfs.redmond.stack.example.com/adfs/oauth2/token");
    if (identity === "client-certificate") {
      const header = formSent(
        { ...clouds, requests: clouds.requests.filter(({ operation }) => operation === "Token") } as never,
        "azure.entra",
      )["client_assertion"]?.split(".")[0];
      assert.match(JSON.parse(Buffer.from(header ?? "", "base64url").toString()).x5t, /^[\w-]{27}$/);
    }
  });
}

test("Azure Stack from the file of AZURE_ENVIRONMENT_FILEPATH, in any case, without a request to the resource manager", async () => {
  const file = await clouds.core.writeFile(
    "environment.json",
    JSON.stringify({
      Name: "AzureStackCloud",
      ActiveDirectoryEndpoint: "https://login.redmond.stack.example.com/",
      containerregistrydnssuffix: ".azsacr.redmond.stack.example.com",
    }),
  );
  const args = [await azure.azureJsonFile("federated-token-file", {}, "stack")];
  await answered(acr, clouds, { args, image: STACK_IMAGE, env: { AZURE_ENVIRONMENT_FILEPATH: file } });
  assert.deepEqual(operations(clouds), CALLS);
});

test("an empty registry suffix, as aks-engine writes it on a Stack Hub: the Hub's by its storage suffix, and the public cloud's", async () => {
  const file = await clouds.core.writeFile(
    "empty-suffix.json",
    JSON.stringify({
      name: "AzureStackCloud",
      activeDirectoryEndpoint: "https://login.microsoftonline.com/",
      containerRegistryDNSSuffix: "",
      storageEndpointSuffix: "redmond.stack.example.com",
    }),
  );
  const env = { AZURE_ENVIRONMENT_FILEPATH: file };
  const args = [await azure.azureJsonFile("managed-identity", { cloud: "AzureStackCloud" })];
  await answered(acr, clouds, { args, env });
  assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
  assert.match(
    await failure(clouds, { args, env, image: "myreg.azurecr.cn/app" }, UnsupportedRegistryError),
    /belongs to AzureChinaCloud/,
  );
  const [, stack] = await Promise.all([
    clouds.reset(),
    askPlugin(acr, clouds, { args, env, image: STACK_IMAGE }),
  ]);
  assert.ok(!(stack.error instanceof UnsupportedRegistryError), stack.message);
});

test("a cloud without a registry suffix is an error", async () => {
  const file = await clouds.core.writeFile(
    "no-suffix.json",
    JSON.stringify({
      activeDirectoryEndpoint: "https://login.stack.example/",
      containerRegistryDNSSuffix: "",
    }),
  );
  const args = [await azure.azureJsonFile("managed-identity", { cloud: "AzureStackCloud" })];
  assert.match(
    await failure(clouds, { args, env: { AZURE_ENVIRONMENT_FILEPATH: file } }, OptionsError),
    /the suffix of registries is missing, expected a DNS name/,
  );
});

test("resourceManagerEndpoint of a known cloud needs no request", async () => {
  const args = [
    await azure.azureJsonFile("managed-identity", {
      resourceManagerEndpoint: "https://management.azure.com/",
    }),
  ];
  await answered(acr, clouds, { args });
  assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
});

test("a known cloud that the resource manager does not list keeps its known endpoints, with a warning", async () => {
  const extra = { resourceManagerEndpoint: "https://management.chinacloudapi.cn" };
  const { lines } = await answered(acr, clouds, {
    args: [await azure.azureJsonFile("managed-identity", extra)],
  });
  assert.match(lines.join("\n"), /warn: .* does not list AzurePublicCloud; using the endpoints/);
});

test("Azure Stack with the cloud missing from its list, or with an invalid response", async () => {
  const config = (extra: Record<string, unknown>) => azure.azureJsonFile("client-secret", extra, "stack");
  const resourceManagerEndpoint = "https://management.azure.com";
  const message = await failure(clouds, {
    args: [await config({ resourceManagerEndpoint })],
    image: STACK_IMAGE,
  });
  assert.match(
    message,
    /the list has AzureCloud, AzureChinaCloud, AzureUSGovernment; set cloud in azure\.json/,
  );
  const body = (text: string) => ({ kind: "answer", reply: { status: 200, body: text } }) as const;
  for (const [text, expected, kind] of [
    ["nonsense", /without a list of clouds/, CredentialError],
    ["{}", /without a list of clouds/, CredentialError],
    [
      JSON.stringify([
        {
          name: "AzureStackCloud",
          authentication: { loginEndpoint: "http://plain.example" },
          suffixes: { acrLoginServer: "a.b" },
        },
      ]),
      /login endpoint is "http:\/\/plain\.example", expected an https/,
      OptionsError,
    ],
    [
      JSON.stringify([
        {
          name: "AzureStackCloud",
          authentication: { loginEndpoint: "https://login.example" },
          suffixes: { acrLoginServer: "com" },
        },
      ]),
      /suffix of registries is "com"/,
      OptionsError,
    ],
    [
      JSON.stringify([
        { name: "AzureStackCloud", authentication: { loginEndpoint: "https://login.example" } },
      ]),
      /suffix of registries is missing/,
      OptionsError,
    ],
  ] as const) {
    await clouds.reset();
    await clouds.faults.add({ service: "azure.arm", fault: body(text) });
    assert.match(await failure(clouds, { args: [await config({})], image: STACK_IMAGE }, kind), expected);
    assert.deepEqual(operations(clouds), ["azure.arm Endpoints"]);
  }
});

test("invalid clouds", async () => {
  const refused = async (extra: Record<string, unknown>, env = {}) =>
    failure(clouds, { args: [await azure.azureJsonFile("managed-identity", extra)], env }, OptionsError);
  assert.match(
    await refused({ cloud: "AzureGermanCloud" }),
    /cloud is "AzureGermanCloud", expected AzurePublicCloud/,
  );
  assert.match(await refused({ cloud: "AzureStackCloud" }), /AzureStackCloud with resourceManagerEndpoint/);
  assert.match(
    await refused({ resourceManagerEndpoint: "http://management.example" }),
    /expected an https:\/\/ URL/,
  );
  assert.match(
    await refused(
      { cloud: "AzureStackCloud" },
      { AZURE_ENVIRONMENT_FILEPATH: "/nonexistent/environment.json" },
    ),
    /Azure environment file \/nonexistent\/environment\.json: no such file/,
  );
  for (const AZURE_AUTHORITY_HOST of ["https://evil.test", "http://login.microsoftonline.com", "not a url"]) {
    assert.match(
      await failure(clouds, { env: { AZURE_AUTHORITY_HOST } }, OptionsError),
      /AZURE_AUTHORITY_HOST is /,
    );
  }
  assert.deepEqual(clouds.requests, []);
});

test("property names of JavaScript objects are not clouds (Security 16)", async () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"]) {
    const args = [await azure.azureJsonFile("managed-identity", { cloud: name })];
    const message = await failure(clouds, { args }, OptionsError);
    assert.match(message, new RegExp(`cloud is "${name}", expected AzurePublicCloud`));
    assert.equal(cloudOfLoginHost(name), undefined);
  }
});
