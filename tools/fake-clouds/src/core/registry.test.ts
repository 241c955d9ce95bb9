import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { type Clouds, startClouds } from "../clouds.ts";
import { agentFor, call } from "../testing/client.ts";
import type { ImageSource } from "./images.ts";

const LAYER = Buffer.from("a layer");
const digestOf = (content: string | Uint8Array) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;
const images: ImageSource = {
  manifest: (host, repository, reference) =>
    reference === "gone"
      ? undefined
      : {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          body: `${host}/${repository}:${reference}`,
        },
  blob: (digest) =>
    digest === digestOf(LAYER) ? { mediaType: "application/octet-stream", body: LAYER } : undefined,
};

let clouds: Clouds;
before(async () => {
  clouds = await startClouds({ images });
});
after(() => clouds.close());

/** With ACR's own registry token, as a container runtime sends it. */
async function pull(path: string, method = "GET", repository = "app") {
  const host = "myreg.azurecr.io";
  const agent = agentFor(clouds.core);
  const [machine] = clouds.azure.population().machine;
  const entra = await clouds.azure.directory.issueAccessToken({
    app: machine.app,
    resource: "https://containerregistry.azure.net",
  });
  const form = (fields: Record<string, string>) => ({
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ service: host, ...fields }).toString(),
    agent,
  });
  const exchange = { grant_type: "access_token", access_token: entra, tenant: clouds.azure.tenantId };
  const { refresh_token } = JSON.parse((await call(`https://${host}/oauth2/exchange`, form(exchange))).body);
  const scope = `repository:${repository}:pull`;
  const token = { grant_type: "refresh_token", refresh_token, scope };
  const { access_token } = JSON.parse((await call(`https://${host}/oauth2/token`, form(token))).body);
  const headers = { authorization: `Bearer ${access_token}` };
  return await call(`https://${host}/v2/${path}`, { method, headers, agent });
}

test("manifests and blobs come from the image source, each with its digest", async () => {
  const manifest = await pull("app/manifests/v1");
  assert.deepEqual([manifest.status, manifest.body], [200, "myreg.azurecr.io/app:v1"]);
  assert.equal(manifest.headers["docker-content-digest"], digestOf("myreg.azurecr.io/app:v1"));
  const blob = await pull(`app/blobs/${digestOf(LAYER)}`);
  assert.deepEqual([blob.status, blob.body], [200, "a layer"]);
});

test("HEAD has the length of GET's body, which container runtimes read", async () => {
  const head = await pull("app/manifests/v1", "HEAD");
  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.equal(head.headers["content-length"], String("myreg.azurecr.io/app:v1".length));
});

test("missing content is 404 with the registry's code", async () => {
  for (const [path, code] of [
    ["app/manifests/gone", "MANIFEST_UNKNOWN"],
    [`app/blobs/${digestOf("else")}`, "BLOB_UNKNOWN"],
  ] as const) {
    const { status, body } = await pull(path);
    assert.equal(status, 404);
    assert.equal(JSON.parse(body).errors[0].code, code);
  }
});

test("a token for one repository cannot read another one's blobs", async () => {
  assert.equal((await pull(`team/app/blobs/${digestOf(LAYER)}`, "GET", "app")).status, 401);
});
