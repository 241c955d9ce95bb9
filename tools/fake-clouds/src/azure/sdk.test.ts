import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { after, beforeEach, test } from "node:test";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from "@azure/identity";
import { startClouds } from "../clouds.ts";
import { claimsOf } from "../core/jwt.ts";
import { REGISTRY_RESOURCE } from "./clouds.ts";

// The fakes must work with Microsoft's own SDK too, not only with our plugin.
const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;
const { node, nodeSecret, nodeCertificate, pod, machine } = azure.population();
const SCOPE = `${REGISTRY_RESOURCE}/.default`;
const agent = new Agent({ ca: clouds.core.authority.pem, proxyEnv: { HTTPS_PROXY: clouds.core.proxy.url } });
const METADATA = "http://169.254.169.254";

/** Sends all requests of the SDK to the fakes, so that nothing leaves this machine. */
const httpClient: HttpClient = {
  sendRequest: (outgoing) =>
    new Promise((resolve, reject) => {
      const url = outgoing.url.replace(METADATA, azure.imdsOrigin);
      const options = { method: outgoing.method, headers: outgoing.headers.toJSON() };
      const sent = url.startsWith("https:")
        ? httpsRequest(url, { ...options, agent })
        : httpRequest(url, options);
      sent.once("error", reject);
      sent.once("response", (response) => {
        let bodyAsText = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (bodyAsText += chunk));
        response.once("end", () => {
          const headers = createHttpHeaders();
          for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
          resolve({ request: outgoing, status: response.statusCode ?? 0, headers, bodyAsText });
        });
      });
      sent.end(outgoing.body);
    }),
};
const OPTIONS = { httpClient, retryOptions: { maxRetries: 0 } };

function appOf(token: string): unknown {
  return claimsOf(token)["appid"];
}

test("ClientSecretCredential, with instance discovery", async () => {
  const credential = new ClientSecretCredential(node.tenant, node.clientId, nodeSecret, OPTIONS);
  assert.equal(appOf((await credential.getToken(SCOPE)).token), node.clientId);
  const wrong = new ClientSecretCredential(node.tenant, node.clientId, "wrong", OPTIONS);
  await assert.rejects(wrong.getToken(SCOPE), /AADSTS7000215/);
});

test("ClientCertificateCredential: the SDK's own assertion is accepted", async () => {
  const certificate = nodeCertificate.privateKeyPem + nodeCertificate.certificatePem;
  for (const sendCertificateChain of [false, true]) {
    const credential = new ClientCertificateCredential(
      node.tenant,
      node.clientId,
      { certificate },
      { ...OPTIONS, sendCertificateChain },
    );
    assert.equal(appOf((await credential.getToken(SCOPE)).token), node.clientId);
  }
});

test("ClientAssertionCredential with a pod's token", async () => {
  const credential = new ClientAssertionCredential(pod.tenant, pod.clientId, () => azure.podToken(), OPTIONS);
  assert.equal(appOf((await credential.getToken(SCOPE)).token), pod.clientId);
});

test("ManagedIdentityCredential: the machine's own, by client id, object id and resource id", async () => {
  const [own, assigned] = machine;
  const tokenOf = async (credential: ManagedIdentityCredential) =>
    appOf((await credential.getToken(SCOPE)).token);
  assert.equal(await tokenOf(new ManagedIdentityCredential(OPTIONS)), own.app.clientId);
  const { clientId, objectId } = assigned.app;
  assert.equal(await tokenOf(new ManagedIdentityCredential({ ...OPTIONS, clientId })), clientId);
  assert.equal(await tokenOf(new ManagedIdentityCredential({ ...OPTIONS, objectId })), clientId);
  const resourceId = assigned.resourceId ?? "";
  assert.equal(await tokenOf(new ManagedIdentityCredential({ ...OPTIONS, resourceId })), clientId);
  assert.deepEqual(clouds.defects, []);
});
