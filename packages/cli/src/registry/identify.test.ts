import assert from "node:assert/strict";
import { test } from "node:test";
import { identifyRegistry, registryHost } from "./identify.ts";

test("registries by their hosts", () => {
  const cases: Readonly<Record<string, string>> = {
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com": "Amazon ECR | account 123456789012, region eu-west-1",
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com":
      "Amazon ECR | account 123456789012, region us-gov-west-1, FIPS",
    "123456789012.dkr-ecr.eu-west-1.on.aws":
      "Amazon ECR | account 123456789012, region eu-west-1, dual-stack",
    "public.ecr.aws": "Amazon ECR Public | ",
    "myreg.azurecr.io": "Azure Container Registry | registry myreg",
    "myreg-a1b2.westeurope.geo.azurecr.io":
      "Azure Container Registry | registry myreg-a1b2, region westeurope",
    "myreg.azurecr.cn": "Azure Container Registry | registry myreg (azurecr.cn)",
    "europe-west1-docker.pkg.dev": "Google Artifact Registry | location europe-west1",
    "docker.us-east4.rep.pkg.dev": "Google Artifact Registry | region us-east4, regional endpoint",
    "eu.gcr.io": "gcr.io (Google Artifact Registry) | location eu",
    "docker.io": "Docker Hub | ",
    "registry.example.com:5000": "another registry | ",
    "evil.dkr.ecr.x.amazonaws.com": "another registry | ",
  };
  for (const [host, expected] of Object.entries(cases)) {
    const { service, details } = identifyRegistry(host);
    assert.equal(`${service} | ${details}`, expected, host);
  }
  assert.equal(registryHost("r.io:5000/a/b"), "r.io:5000");
});
