import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answered } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { acr } from "../provider.ts";
import { failure, formSent, operations } from "../testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;
const { sniName, address, caFile } = azure.identityBindings;
const { pod, node } = azure.population();
const FLAGS = ["--ib-sni-name", sniName, "--ib-apiserver-ip", address, "--ib-ca-file", caFile];
const CLIENT_ID = "kubernetes.azure.com/acr-client-id";

async function asPod(annotations: Record<string, string>, flags: readonly string[] = FLAGS, token?: string) {
  const args = [...flags, await azure.azureJsonFile("managed-identity")];
  return { args, serviceAccount: { token: token ?? (await azure.identityBindingToken()), annotations } };
}

test("the token endpoint at the API server's address has its own name and CA, and no proxy is used", async () => {
  const { lines } = await answered(acr, clouds, await asPod({ [CLIENT_ID]: pod.clientId }));
  assert.deepEqual(operations(clouds), ["azure.identity-bindings Token", "azure.acr Exchange"]);
  const [request] = clouds.requests;
  const connection = clouds.connections.find(({ id }) => id === request?.connectionId);
  assert.equal(connection?.via, "direct");
  assert.equal(connection?.serverName, sniName.replace(/:\d+$/, ""));
  assert.equal(request?.headers["host"], sniName);
  assert.equal(request?.path, "/");
  const { client_assertion, ...form } = formSent(clouds, "azure.identity-bindings");
  assert.deepEqual(form, {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    scope: "https://containerregistry.azure.net/.default",
    client_id: pod.clientId,
  });
  assert.match(lines.join("\n"), /identity source=AKS identity binding/);
  assert.ok(!clouds.proxied.some(({ target }) => target.includes("identity-bindings")));
});

test("a pod without an annotation gets the default identity, one with an annotation its own", async () => {
  const flags = [...FLAGS, "--ib-default-client-id", pod.clientId, "--ib-default-tenant-id", pod.tenant];
  await answered(acr, clouds, await asPod({}, flags));
  assert.equal(formSent(clouds, "azure.identity-bindings")["client_id"], pod.clientId);
  await clouds.reset();
  const message = await failure(clouds, await asPod({ [CLIENT_ID]: node.clientId }, flags));
  assert.match(message, /status 403 unauthorized_client, no identity binding of /);
  await clouds.reset();
  assert.match(
    await failure(clouds, await asPod({})),
    /no annotation .*acr-client-id.*--ib-default-client-id/,
  );
  assert.deepEqual(clouds.requests, []);
});

test("a request without a pod's token is an error, as in the Go plugin; --identity auto and mirrors use the node's identity", async () => {
  const config = await azure.azureJsonFile("managed-identity");
  assert.match(
    await failure(clouds, { args: [...FLAGS, config] }),
    /the kubelet sent no service account token/,
  );
  assert.deepEqual(clouds.requests, []);
  for (const question of [
    { args: [...FLAGS, "--identity=auto", config] },
    {
      args: [...FLAGS, "-r", "mcr.microsoft.com:myreg.azurecr.io", config],
      image: "mcr.microsoft.com/oss/x",
    },
    {
      ...(await asPod({ [CLIENT_ID]: pod.clientId })),
      args: [...FLAGS, "-r", "mcr.microsoft.com:myreg.azurecr.io", config],
      image: "mcr.microsoft.com/oss/kubernetes/azure-cni",
    },
  ]) {
    await answered(acr, clouds, question);
    assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
    await clouds.reset();
  }
});

test("a certificate of any other CA than the cluster's is rejected", async () => {
  const withCa = (path: string) => [...FLAGS.slice(0, -1), path];
  const annotations = { [CLIENT_ID]: pod.clientId };
  const other = await failure(clouds, await asPod(annotations, withCa(clouds.core.caFile)));
  assert.match(other, /TLS certificate of identity-bindings\.cluster\.example\.com is refused/);
  assert.deepEqual(clouds.requests, []);
  const config = await azure.azureJsonFile("managed-identity");
  assert.match(await failure(clouds, await asPod(annotations, withCa(config))), /has no PEM certificate/);
  assert.match(
    await failure(clouds, await asPod(annotations, withCa("/nonexistent/ca.crt")), OptionsError),
    /reading the cluster's CA certificate \/nonexistent\/ca\.crt: no such file/,
  );
});

test("the endpoint rejects a token for another audience, and its message is shown", async () => {
  const message = await failure(
    clouds,
    await asPod({ [CLIENT_ID]: pod.clientId }, FLAGS, await azure.podToken()),
  );
  assert.match(
    message,
    /AKS identity bindings endpoint .* status 401 invalid_client, service account token: wrong-audience/,
  );
});

test("the flags must be combined as in the Go plugin", async () => {
  const refused = async (...args: string[]) => failure(clouds, { args }, OptionsError);
  assert.match(
    await refused("--ib-sni-name", "https://x", "--ib-apiserver-ip", "10.0.0.1"),
    /without https:\/\//,
  );
  assert.match(await refused("--ib-sni-name", "x"), /--ib-sni-name is given, but not --ib-apiserver-ip/);
  for (const flag of [
    "--ib-apiserver-ip",
    "--ib-default-client-id",
    "--ib-default-tenant-id",
    "--ib-ca-file",
  ]) {
    assert.match(await refused(flag, "10.0.0.1"), new RegExp(`${flag} is given, but not --ib-sni-name`));
  }
  assert.match(
    await refused("--ib-sni-name", "a b", "--ib-apiserver-ip", "10.0.0.1"),
    /expected NAME or NAME:PORT/,
  );
  assert.match(
    await refused("--ib-sni-name", "x", "--ib-apiserver-ip", "a/b"),
    /expected an IP address or a name/,
  );
  assert.deepEqual(clouds.requests, []);
});
