import assert from "node:assert/strict";
import { test } from "node:test";
import { loadedModules } from "@imagecred/protocol/testing";
import { gcrFacts } from "./facts.ts";

const parse = (...args: readonly string[]) => gcrFacts.parseArguments({ args, env: {} });

test("importing the facts loads no third-party package", async () => {
  const foreign = (await loadedModules("@imagecred/gcr/facts")).filter((url) =>
    url.includes("/node_modules/"),
  );
  assert.deepEqual(foreign, []);
});

test("hosts: of the configured universe, else of all known ones; with a .dockercfg, any", () => {
  const own = parse("--universe-domain=cloud.example", "--registry-domain=registry.cloud.example");
  assert.deepEqual(gcrFacts.hostForms(own).patterns, [
    "*.registry.cloud.example",
    "docker.*.rep.registry.cloud.example",
  ]);
  assert.deepEqual(gcrFacts.parseHost("docker.registry.cloud.example", own), {
    service: "Google Artifact Registry",
    details: "location docker, universe cloud.example",
  });
  assert.deepEqual(gcrFacts.parseHost("gcr.io", own), {
    notOurs: "belongs to the universe googleapis.com, not to cloud.example",
  });
  for (const form of ["*.pkg-*.goog", "docker.*.rep.s3nsregistry.fr"]) {
    assert.ok(gcrFacts.hostForms(parse()).patterns.includes(form), form);
  }
  assert.notEqual(gcrFacts.hostForms(parse("--authFlow=dockercfg")).beyond, undefined);
});

test("audiences: GKE's pool has one, other pools may allow more", () => {
  const gke = parse("--project-id=my-project", "--identity-provider=https://issuer.example");
  assert.deepEqual(gcrFacts.audiences(gke), { known: [{ audience: "my-project.svc.id.goog" }] });
  const provider = "projects/1/locations/global/workloadIdentityPools/pool/providers/p";
  const { known, others } = gcrFacts.audiences(parse(`--workload-identity-provider=${provider}`));
  assert.deepEqual(known, [{ audience: `https://iam.googleapis.com/${provider}` }]);
  assert.notEqual(others, undefined);
});
