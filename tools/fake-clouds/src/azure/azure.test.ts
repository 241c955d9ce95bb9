import assert from "node:assert/strict";
import { test } from "node:test";
import { Core } from "../core/core.ts";
import type { Received, Reply } from "../core/exchange.ts";
import { REGISTRY_RESOURCE } from "./clouds.ts";
import { TENANTS } from "./default-tenants.ts";
import { startAzure } from "./index.ts";

function form(host: string, path: string, fields: Record<string, string>): Received {
  return {
    method: "POST",
    host,
    origin: `https://${host}`,
    path,
    rawQuery: "",
    query: new URLSearchParams(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  };
}

function body(reply: Reply): Record<string, unknown> {
  return JSON.parse(String(reply.body));
}

async function started() {
  const core = await Core.start({});
  const azure = await startAzure(core, {});
  const ask = async (request: Received): Promise<Reply> => {
    const service = core.tls.serviceFor(request.host);
    assert.ok(service, request.host);
    return service.handle(request);
  };
  return { core, azure, ask, [Symbol.asyncDispose]: () => core.close() };
}

test("only a registry of the same tenant exchanges a client secret's token", async () => {
  await using fake = await started();
  const { node, nodeSecret } = fake.azure.population();
  const grant = {
    grant_type: "client_credentials",
    client_id: node.clientId,
    client_secret: nodeSecret,
    scope: `${REGISTRY_RESOURCE}/.default`,
  };
  const path = `/${TENANTS.public}/oauth2/v2.0/token`;
  const reply = await fake.ask(form("login.microsoftonline.com", path, grant));
  assert.equal(reply.status, 200);
  const accessToken = String(body(reply)["access_token"]);
  const exchange = (host: string, tenant: string, token = accessToken) =>
    fake.ask(
      form(host, "/oauth2/exchange", {
        grant_type: "access_token",
        service: host,
        tenant,
        access_token: token,
      }),
    );
  assert.equal((await exchange("myreg.azurecr.io", TENANTS.public)).status, 200);
  assert.equal(
    (await exchange("myreg.azurecr.io", TENANTS.partner)).status,
    401,
    "another tenant than the token's",
  );
  assert.equal(
    (await exchange("partnerreg.azurecr.io", TENANTS.public)).status,
    401,
    "a registry of another tenant",
  );
  assert.equal(
    (await exchange("myreg.azurecr.io", TENANTS.public, `${accessToken.slice(0, -4)}AAAA`)).status,
    401,
    "signature",
  );
  assert.deepEqual(
    fake.core.secrets.findIn(`x ${accessToken} y`).map(({ kind }) => kind),
    ["azure.accessToken"],
  );
});

test("Entra returns its error codes: wrong secret, unknown tenant, wrong cloud, unknown application, bad scope", async () => {
  await using fake = await started();
  const { node, nodeSecret } = fake.azure.population();
  const refusal = async (host: string, tenant: string, fields: Record<string, string>) => {
    const reply = await fake.ask(
      form(host, `/${tenant}/oauth2/v2.0/token`, {
        grant_type: "client_credentials",
        client_id: node.clientId,
        client_secret: nodeSecret,
        scope: `${REGISTRY_RESOURCE}/.default`,
        ...fields,
      }),
    );
    return [reply.status, (body(reply)["error_codes"] as number[])[0]];
  };
  const host = "login.microsoftonline.com";
  assert.deepEqual(await refusal(host, TENANTS.public, { client_secret: "nope" }), [401, 7000215]);
  assert.deepEqual(await refusal(host, "no-such-tenant", {}), [400, 90002]);
  assert.deepEqual(await refusal("login.microsoftonline.us", TENANTS.public, {}), [400, 90002]);
  assert.deepEqual(await refusal(host, TENANTS.public, { client_id: "x" }), [400, 700016]);
  assert.deepEqual(await refusal(host, TENANTS.public, { scope: REGISTRY_RESOURCE }), [400, 1002012]);
});

test("a registry accepts an application's id and secret as a login, from its own tenant or with a role", async () => {
  await using fake = await started();
  const { azure } = fake;
  const { node, nodeSecret } = azure.population();
  const login = { username: node.clientId, password: nodeSecret };
  assert.equal((await azure.holderOf("myreg.azurecr.io", login))?.name, "node");
  assert.equal(await azure.holderOf("myreg.azurecr.io", { ...login, password: "wrong" }), undefined);
  assert.equal(await azure.holderOf("partnerreg.azurecr.io", login), undefined);
  azure.addRegistry({ name: "sharedreg", tenant: TENANTS.partner, pullers: [node.clientId] });
  assert.equal((await azure.holderOf("sharedreg.azurecr.io", login))?.name, "node");
  assert.equal(await azure.holderOf("unknown.azurecr.io", login), undefined);
});
