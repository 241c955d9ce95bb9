import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OptionsError } from "@imagecred/protocol";
import { parseOptions } from "./options.ts";

function parse(args: readonly string[], env: Record<string, string> = {}) {
  return parseOptions({ args, env });
}

function refused(args: readonly string[], why: RegExp, env: Record<string, string> = {}) {
  assert.throws(
    () => parse(args, env),
    (error) => error instanceof OptionsError && why.test(error.message),
    args.join(" "),
  );
}

const PROVIDER = "projects/1/locations/global/workloadIdentityPools/pool/providers/p";

describe("options", () => {
  test("are optional", () => {
    assert.deepEqual(parse([]), {
      authFlow: "gcr",
      identity: { identity: "auto", fallback: "unassigned" },
      universe: undefined,
      mirrors: [],
      identitiesFile: undefined,
      serviceAccount: "default",
      impersonate: undefined,
      pool: undefined,
      node: { kind: "own" },
      endpoints: { sts: undefined, stsMtls: undefined, iamCredentials: undefined },
      ignored: [],
    });
    assert.deepEqual(parse(["get-credentials"]), parse([]));
  });

  test("accept the Go plugin's command line", () => {
    for (const args of [
      ["get-credentials", "--authFlow", "dockercfg"],
      ["get-credentials", "--authFlow=dockercfg"],
      ["get-credentials", "-a", "dockercfg"],
      ["--authFlow=dockercfg", "get-credentials"],
      ["--auth-flow", "dockercfg"],
    ]) {
      assert.equal(parse(args).authFlow, "dockercfg");
    }
    assert.equal(parse(["get-credentials", "--authFlow=dockercfg-url"]).authFlow, "dockercfg-url");
    const issuer = "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c";
    assert.deepEqual(
      parse(["get-credentials", `--identity-provider=${issuer}`, "--project-id=my-project"]).pool,
      {
        kind: "gke",
        audience: `identitynamespace:my-project.svc.id.goog:${issuer}`,
        tokenAudience: "my-project.svc.id.goog",
      },
    );
    assert.deepEqual(parse(["get-credentials", "-v", "4", "--logtostderr"]).ignored, ["v", "logtostderr"]);
  });

  test("reject other flows, in any letter case, and other commands", () => {
    for (const flow of ["", "GCR", "Gcr", "bad-flow"])
      refused([`--authFlow=${flow}`], /gcr, dockercfg or dockercfg-url/);
    refused(["get-credential"], /unknown argument "get-credential"/);
    refused(["get-credentials", "more"], /unknown argument "more"/);
    refused(["--no-such-flag"], /unknown flag --no-such-flag/);
  });

  test("require a project with an identity provider, and allow one pool", () => {
    refused(["--identity-provider=https://i"], /--project-id/);
    refused(["--identity-provider=https://i", "--project-id=a b"], /--project-id/);
    refused(["--identity-provider=http://i", "--project-id=p"], /https:/);
    refused(
      ["--identity-provider=https://i", "--project-id=p", `--workload-identity-provider=${PROVIDER}`],
      /not both/,
    );
    assert.equal(parse(["--project-id=p"]).pool, undefined);
  });

  test("accept a provider's resource name", () => {
    const audience = `//iam.googleapis.com/${PROVIDER}`;
    for (const value of [PROVIDER, audience, `https:${audience}`]) {
      assert.deepEqual(parse([`--workload-identity-provider=${value}`]).pool, {
        kind: "workload-identity",
        audience,
        tokenAudience: `https:${audience}`,
      });
    }
    const other = `//iam.s3nsapis.fr/${PROVIDER}`;
    assert.equal(parse([`--workload-identity-provider=${other}`]).pool?.audience, other);
    for (const value of [
      "",
      "pool",
      `${PROVIDER}/x`,
      `x${PROVIDER}`,
      PROVIDER.replace("1", "name"),
      `http:${audience}`,
    ]) {
      refused([`--workload-identity-provider=${value}`], /projects\/NUMBER/);
    }
  });

  test("set the universe by its API domain, from flag or environment", () => {
    assert.equal(parse(["--universe-domain=s3nsapis.fr"]).universe?.registryDomain, "s3nsregistry.fr");
    const env = { GOOGLE_CLOUD_UNIVERSE_DOMAIN: "apis-tpczero.goog" };
    assert.equal(parse([], env).universe?.registryDomain, "pkg-tpczero.goog");
    assert.equal(parse(["--universe-domain=googleapis.com"], env).universe?.registryDomain, "pkg.dev");
    assert.equal(parse([], { GOOGLE_CLOUD_UNIVERSE_DOMAIN: "" }).universe, undefined);
    refused(["--universe-domain=apis.example.com"], /--registry-domain/);
    refused(["--universe-domain=https://x"], /not a universe's domain/);
    const own = ["--universe-domain=apis.example.com", "--registry-domain=registry.example.com"];
    assert.deepEqual(parse(own).universe, {
      domain: "apis.example.com",
      registryDomain: "registry.example.com",
    });
  });

  test("do not allow a universe's credentials for another's registries", () => {
    refused(["--registry-domain=pkg.dev"], /--universe-domain/);
    refused(["--universe-domain=apis.example.com", "--registry-domain=pkg.dev"], /that of googleapis.com/);
    refused(["--universe-domain=s3nsapis.fr", "--registry-domain=pkg-x.goog"], /that of apis-x.goog/);
    refused(
      ["--universe-domain=s3nsapis.fr", "--registry-domain=example.com"],
      /not the registry domain of s3nsapis.fr/,
    );
  });

  test("accept only a service account that is a path segment", () => {
    assert.equal(
      parse(["--service-account=a@p.iam.gserviceaccount.com"]).serviceAccount,
      "a@p.iam.gserviceaccount.com",
    );
    for (const value of ["", "../x", "a/b", "a?b", "a b", "."])
      refused([`--service-account=${value}`], /--service-account/);
  });
});
