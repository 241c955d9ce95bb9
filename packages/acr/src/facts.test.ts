import assert from "node:assert/strict";
import { test } from "node:test";
import { loadedModules } from "@imagecred/protocol/testing";
import { acrFacts } from "./facts.ts";

const parse = (args: readonly string[], env: Record<string, string> = {}) =>
  acrFacts.parseArguments({ args, env });

test("importing the facts loads no third-party package", async () => {
  const foreign = (await loadedModules("@imagecred/acr/facts")).filter((url) =>
    url.includes("/node_modules/"),
  );
  assert.deepEqual(foreign, []);
});

test("hosts: of every known cloud with azure.json, else of the environment's cloud", () => {
  const government = parse([], { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us" });
  const anyCloud = parse(["/etc/kubernetes/azure.json"]);
  assert.deepEqual(acrFacts.hostForms(government), { patterns: ["*.azurecr.us", "*.*.geo.azurecr.us"] });
  assert.deepEqual(acrFacts.hostForms(anyCloud), {
    patterns: acrFacts.matchImages,
    beyond: "the cloud in /etc/kubernetes/azure.json",
  });
  assert.deepEqual(acrFacts.parseHost("myreg.eastus.geo.azurecr.us", anyCloud), {
    service: "Azure Container Registry",
    details: "registry myreg, region eastus (azurecr.us)",
  });
  assert.deepEqual(acrFacts.parseHost("myreg.azurecr.io", government), {
    notOurs: "belongs to AzurePublicCloud, but the configured cloud is AzureUSGovernmentCloud",
  });
  assert.deepEqual(acrFacts.parseHost("docker.io"), {
    notOurs: "is not a registry of Azure Container Registry",
  });
  assert.equal("typo" in acrFacts.parseHost("abc.azurecr.cn"), true);
});

test("audiences: the cloud's, or that of AKS identity bindings", () => {
  const known = (args: ReturnType<typeof parse>) =>
    acrFacts.audiences(args).known.map(({ audience, hosts }) => [audience, hosts?.[0]]);
  // The kubelet's own environment may name the cloud: all are possible.
  assert.deepEqual(known(parse([])), [
    ["api://AzureADTokenExchange", "*.azurecr.io"],
    ["api://AzureADTokenExchangeChina", "*.azurecr.cn"],
    ["api://AzureADTokenExchangeUSGov", "*.azurecr.us"],
  ]);
  const env = { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/" };
  assert.deepEqual(known(acrFacts.parseArguments({ args: [], env })), [
    ["api://AzureADTokenExchange", "*.azurecr.io"],
  ]);
  const bindings = parse(["--ib-sni-name=ib.example", "--ib-apiserver-ip=10.0.0.1", "azure.json"]);
  assert.deepEqual(acrFacts.audiences(bindings), { known: [{ audience: "api://AKSIdentityBinding" }] });
});
