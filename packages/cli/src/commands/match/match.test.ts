import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../../testing/golden.ts";
import { putConfig } from "../../testing/plugins.ts";
import { type Bench, bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { MatchDocument } from "./document.ts";

function withPatterns(...patterns: readonly string[]): Bench {
  const place = bench();
  writeFileSync(
    place.path("config.yaml"),
    `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: custom
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ${JSON.stringify(patterns)}
`,
  );
  return place;
}

async function match(place: Bench, image: string): Promise<MatchDocument & { readonly code: number }> {
  const { code, stdout, stderr } = await place.run(["match", "-c", "config.yaml", image, "-o", "json"]);
  assert.equal(stderr, "");
  return { ...(checkedDocument(stdout) as unknown as MatchDocument), code };
}

test("why each pattern does not match", async () => {
  const reasons: readonly (readonly [string, string, string, RegExp])[] = [
    ["r.io", "s.io/app", "label", /^label 1 is "s", not "r"$/],
    ["R.io", "r.io/app", "label", /patterns are case-sensitive/],
    ["*.r.io", "r.io/app", "label-count", /3 labels, the image's 2 \(a \* is one label\)/],
    ["r.io:5000", "r.io/app", "port", /the pattern has port 5000, the image has none/],
    ["r.io", "r.io:5000/app", "port", /the image has port 5000, the pattern has none/],
    ["r.io/team/", "r.io/app", "path", /is \/app and does not begin with \/team\//],
  ];
  for (const [pattern, image, reason, message] of reasons) {
    using place = withPatterns(pattern);
    const { code, providers } = await match(place, image);
    const found = providers[0]?.patterns[0];
    assert.deepEqual([code, found?.matched, found?.reason], [1, false, reason], pattern);
    assert.match(found?.message ?? "", message);
  }
});

test("a path that matches as a prefix of a name causes a warning, for this image and for others", async () => {
  using place = withPatterns("r.io/foo");
  const exact = await match(place, "r.io/foo:v1");
  assert.deepEqual([exact.code, exact.name, exact.tag], [0, "r.io/foo", "v1"]);
  assert.deepEqual(exact.providers[0]?.patterns[0]?.warnings, [
    "it also matches r.io/foobar: paths are compared as prefixes",
  ]);
  const longer = await match(place, "r.io/foobar");
  assert.equal(longer.code, 0);
  assert.deepEqual(longer.providers[0]?.patterns[0]?.warnings, [
    "it matches because paths are compared as prefixes: r.io/foo also matches r.io/foobar",
  ]);
  using closed = withPatterns("r.io/foo/");
  assert.deepEqual((await match(closed, "r.io/foo/bar")).providers[0]?.patterns[0]?.warnings, []);
});

test("patterns that never match, with the reason", async () => {
  using place = withPatterns("https://r.io", "r.io/*", "r.io?x");
  const [scheme, glob, query] = (await match(place, "r.io/app")).providers[0]?.patterns ?? [];
  assert.equal(scheme?.message, "it has a scheme, so it never matches");
  assert.deepEqual(glob?.warnings, ["a wildcard in the path is taken literally"]);
  assert.deepEqual(query?.warnings, ["what follows ? or # is ignored"]);
});

test("Docker Hub's short names are expanded, and invalid names are rejected", async () => {
  using place = withPatterns("docker.io");
  const hub = await match(place, "nginx");
  assert.deepEqual([hub.code, hub.name, hub.tag], [0, "docker.io/library/nginx", "latest"]);
  const bad = await place.run(["match", "-c", "config.yaml", "r.io/UPPER"]);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /the kubelet rejects the image name: couldn't parse image name "r\.io\/UPPER"/);
});

test("a configuration that the kubelet rejects is an error", async () => {
  using place = withPatterns();
  const { code, stderr, stdout } = await place.run(["match", "-c", "config.yaml", "r.io/a"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /would not start with config\.yaml: .*matchImages is required; run imagecred validate/,
  );
  const json = await place.run(["match", "-c", "config.yaml", "r.io/a", "-o", "json"]);
  assert.equal(checkedDocument(json.stdout)["kind"], "Error");
});

test("human-readable output", async () => {
  using place = withPatterns("*.r.io", "r.io/foo", "https://r.io", "r.io:5000");
  assertGolden("match", (await place.run(["match", "-c", "config.yaml", "r.io/foobar:v2"])).stdout);
  assertGolden("match-none", (await place.run(["match", "-c", "config.yaml", "s.io/foobar:v2"])).stdout);
});

test("the pattern to add when no provider matches", async () => {
  using place = bench();
  putConfig(
    place,
    { name: "ecr-credential-provider", match: ["*.dkr.ecr.eu-west-1.amazonaws.com"] },
    { name: "custom", match: ["registry.example.com:5000", "mirror.example.com/team/"] },
  );
  const suggested = async (image: string) => {
    const { stdout } = await place.run(["match", "-c", "config.yaml", image, "-o", "json"]);
    return (checkedDocument(stdout) as unknown as MatchDocument).suggestion;
  };
  assert.deepEqual(await suggested("123456789012.dkr.ecr.us-east-1.amazonaws.com/app"), {
    pattern: "*.dkr.ecr.*.amazonaws.com",
    provider: "ecr-credential-provider",
    isNew: false,
  });
  assert.deepEqual(await suggested("us-docker.pkg.dev/p/r/app"), {
    pattern: "*.pkg.dev",
    provider: "gcr-credential-provider",
    isNew: true,
  });
  assert.deepEqual(await suggested("registry.example.com/app"), {
    pattern: "registry.example.com",
    provider: "custom",
    isNew: false,
  });
  assert.equal(await suggested("nginx"), null);
  assert.equal(await suggested("mirror.example.com/team/app"), null);
  const human = await place.run([
    "match",
    "-c",
    "config.yaml",
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
  ]);
  assert.match(
    human.stdout,
    /fix: add "\*\.dkr\.ecr\.\*\.amazonaws\.com" to the matchImages of "ecr-credential-provider"/,
  );
});
