import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeIdentities } from "./decode.ts";

const HEAD = "apiVersion: imagecred.dev/v1alpha1\nkind: ImageIdentities\n";

function decode(text: string) {
  return decodeIdentities(new TextEncoder().encode(text));
}

/** Each problem as `LINE:COLUMN message`. */
function problems(text: string): readonly string[] {
  return decode(text).problems.map(
    ({ position: { line, column }, message }) => `${line}:${column} ${message}`,
  );
}

test("every field", () => {
  const entry = {
    registries: ["*.dkr.ecr.*.amazonaws.com", "us-docker.pkg.dev/team-a/"],
    identity: "pod",
    identityFallback: "node",
    aws: {
      roleArn: "a",
      externalId: "b",
      roleChain: [{ roleArn: "c", externalId: "d" }, { roleArn: "e" }],
      podRoleArn: "f",
      nodeRoleArn: "j",
      roleSessionName: "g",
      profile: "h",
      stsEndpoint: "i",
    },
    azure: { tenantId: "a", clientId: "b", cloud: "c", audience: "d" },
    google: {
      workloadIdentityProvider: "a",
      nodeWorkloadIdentityProvider: "h",
      serviceAccount: "b",
      impersonateServiceAccount: "c",
      universeDomain: "d",
      registryDomain: "e",
      stsEndpoint: "f",
      iamcredentialsEndpoint: "g",
    },
  };
  const file = { apiVersion: "imagecred.dev/v1alpha1", kind: "ImageIdentities", identities: [entry] };
  const decoded = decode(JSON.stringify(file));
  assert.deepEqual(decoded.problems, []);
  assert.deepEqual(decoded.entries, [entry]);
});

test("positions of values, and for a missing value that of its container", () => {
  const { locate } = decode(
    `${HEAD}identities:\n  - registries: [r.io, "s.io"]\n    aws:\n      roleArn: x\n`,
  );
  for (const [path, line, column] of [
    ["identities[0].registries[1]", 4, 24],
    ["identities[0].aws.roleArn", 6, 16],
    ["identities[0].aws.roleChain[0].roleArn", 6, 7],
    ["identities[0].google.stsEndpoint", 4, 5],
    ["", 1, 1],
  ] as const) {
    assert.deepEqual(locate(path), { line, column }, path);
  }
});

for (const [what, text, expected] of [
  ["no file", "", ["1:1 the file is empty, expected a mapping"]],
  ["not YAML", "a: [", ["1:5 yaml: line 1: did not find expected node content"]],
  ["not JSON", '{"a": }', [/^1:7 json parse error/]],
  [
    "another kind",
    "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nidentities: [{registries: [r.io]}]",
    [
      '1:13 apiVersion is "kubelet.config.k8s.io/v1", expected imagecred.dev/v1alpha1',
      '2:7 kind is "CredentialProviderConfig", expected ImageIdentities',
    ],
  ],
  [
    "nothing in it",
    "{}",
    [
      "1:1 the file has no apiVersion, expected imagecred.dev/v1alpha1",
      "1:1 the file has no kind, expected ImageIdentities",
      "1:1 the file has no identities",
    ],
  ],
  ["no entries", `${HEAD}identities: []`, ["3:13 identities is empty"]],
  ["no registries", `${HEAD}identities: [{identity: node}]`, ["3:14 identities[0] has no registries"]],
  [
    "an unknown field",
    `${HEAD}identities: [{registry: [r.io]}]`,
    ['3:15 identities[0] has the unknown field "registry"; did you mean registries?'],
  ],
  [
    "a field at the wrong place",
    `${HEAD}identities: [{registries: [r.io], roleArn: x}]`,
    ['3:35 identities[0] has the unknown field "roleArn"; it belongs in aws'],
  ],
  [
    "an unknown field without a similar one",
    `${HEAD}identities: [{registries: [r.io], azure: {flavour: red}}]`,
    [
      '3:43 identities[0].azure has the unknown field "flavour", expected tenantId, clientId, node, cloud, audience',
    ],
  ],
  [
    "an unknown word",
    `${HEAD}identities: [{registries: [r.io], identity: nodes}]`,
    ['3:45 identities[0].identity is "nodes", expected auto, pod, node or anonymous'],
  ],
  [
    "numbers and booleans in YAML",
    `${HEAD}identities: [{registries: [r.io], aws: {externalId: 0123, profile: no}}]`,
    [
      "3:53 identities[0].aws.externalId is a number, expected a text: write it in quotes",
      "3:68 identities[0].aws.profile is true or false, expected a text: write it in quotes",
    ],
  ],
  [
    "an empty text",
    `${HEAD}identities: [{registries: [r.io], aws: {profile: ""}}]`,
    ["3:50 identities[0].aws.profile is empty"],
  ],
  [
    "a key without a value",
    `${HEAD}identities:\n  - registries: [r.io]\n    aws:\n`,
    ["5:9 identities[0].aws is empty, expected a mapping"],
  ],
  [
    "a key twice",
    `${HEAD}identities:\n  - registries: [r.io]\n    identity: node\n    identity: pod\n`,
    ['6:5 "identity" occurs twice'],
  ],
  [
    "a duplicate key in JSON",
    `{"apiVersion":"imagecred.dev/v1alpha1","kind":"ImageIdentities","kind":"ImageIdentities","identities":[{"registries":["r.io"]}]}`,
    ["1:65 kind occurs twice"],
  ],
  [
    "patterns that can never match",
    `${HEAD}identities:\n  - registries:\n      - https://r.io\n      - r.io/team*\n      - .azurecr.io\n      - "r .io"\n      - r.io?x\n`,
    [
      '5:9 identities[0].registries[0] is "https://r.io", which has a scheme: write host[:port][/path]',
      '6:9 identities[0].registries[1] is "r.io/team*", but * and ? in the path are literal, so it never matches',
      '7:9 identities[0].registries[2] is ".azurecr.io", expected host[:port][/path]',
      /^8:9 identities\[0\]\.registries\[3\] is "r \.io", which cannot be parsed: /,
      '9:9 identities[0].registries[4] is "r.io?x", expected host[:port][/path]',
    ],
  ],
] as const) {
  test(`rejected with its position: ${what}`, () => {
    const found = problems(text);
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [index, one] of expected.entries()) {
      if (typeof one === "string") assert.equal(found[index], one);
      else assert.match(found[index] ?? "", one);
    }
  });
}
