import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { namesFor, ROUTES, SOURCES, VALUES, type ValueName } from "../../cross-cloud/index.ts";
import { assertAcceptedWithMap } from "../../testing/accepted.ts";
import { bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { MatchDocument } from "../match/document.ts";
import type { InitDocument } from "./document.ts";

/** --set flags with the example value of each name. */
function settings(names: Iterable<ValueName>): readonly string[] {
  return [...new Set(names)].flatMap((name) => ["--set", `${name}=${VALUES[name].example}`]);
}

function words(cloud: string, from: string, ...more: readonly string[]): readonly string[] {
  return ["init", "--cloud", cloud, "--distribution", "kubeadm", "--cross-cloud", from, "-d", "out", ...more];
}

const ALL = "aws,azure,gcp";
const namesOf = (from: (typeof SOURCES)[number], to: readonly string[]) =>
  ROUTES.filter((route) => route.from.includes(from) && to.includes(route.to)).flatMap((route) =>
    namesFor(route, from),
  );

for (const from of SOURCES) {
  test(`${from}: the files for the registries of all other clouds pass validate`, async () => {
    using place = bench();
    const others = {
      ec2: ["azure", "gcp"],
      azure: ["aws", "gcp"],
      arc: ["aws", "gcp"],
      gce: ["aws", "azure"],
    };
    const to = from in others ? others[from as keyof typeof others] : ALL.split(",");
    const made = await place.run([...words(ALL, from, ...settings(namesOf(from, to))), "-o", "json"]);
    assert.equal(made.code, 0, made.stderr);
    const document = checkedDocument(made.stdout) as unknown as InitDocument;
    const content = new Map(document.files.map((file) => [file.name, file.content]));
    const routes = ROUTES.filter((route) => route.from.includes(from) && to.includes(route.to));
    assert.equal(routes.length, to.length);
    for (const { page } of routes) {
      assert.ok(content.has(`${page}/commands.sh`), page);
      assert.match(content.get(`${page}/main.tf`) ?? "", /^(?:# .*\n)?resource "/);
      // Each file that commands and Terraform refer to exists; the user provides these two.
      const named = [content.get(`${page}/commands.sh`), content.get(`${page}/main.tf`)].flatMap(
        (text = "") => [...text.matchAll(/(?:file:\/\/|file\("|parameters |config-path=)([\w.-]+)/g)],
      );
      for (const [, name = ""] of named)
        if (!["ca.crt", "image-pulls.crt"].includes(name)) assert.ok(content.has(`${page}/${name}`), name);
    }
    assert.doesNotMatch([...content.values()].join(), /REPLACE-|undefined/);
    await assertAcceptedWithMap(place, "out/credential-provider-config.yaml", "--kubernetes-version=1.34");
  });
}

test("pods: tokens, the audiences' RBAC, and one service account for all clouds", async () => {
  using place = bench();
  const made = await place.run([
    ...words(ALL, "pods", ...settings(namesOf("pods", ALL.split(",")))),
    "-o",
    "json",
  ]);
  const document = checkedDocument(made.stdout) as unknown as InitDocument;
  const content = (name: string) => document.files.find((file) => file.name === name)?.content ?? "";
  const config = parse(content("credential-provider-config.yaml"));
  const audiences = config.providers.map(
    (each: { tokenAttributes: { serviceAccountTokenAudience: string } }) =>
      each.tokenAttributes.serviceAccountTokenAudience,
  );
  const pool = "projects/123456789012/locations/global/workloadIdentityPools/image-pulls/providers/pods";
  assert.deepEqual(audiences, [
    "sts.amazonaws.com",
    "api://AzureADTokenExchange",
    `https://iam.googleapis.com/${pool}`,
  ]);
  assert.deepEqual(
    parseAllDocuments(content("node-audience-rbac.yaml"))[0]?.toJS().rules[0].resources,
    audiences,
  );
  assert.deepEqual(Object.keys(parse(content("service-account.yaml")).metadata.annotations), [
    "eks.amazonaws.com/ecr-role-arn",
    "kubernetes.azure.com/acr-client-id",
    "kubernetes.azure.com/acr-tenant-id",
    "iam.gke.io/gcp-service-account",
  ]);
  assert.deepEqual(document.clusterCommands, [
    "kubectl apply -f out/node-audience-rbac.yaml",
    "kubectl apply -f out/service-account.yaml",
  ]);
});

test("the map names the node's identity for each registry, and match shows it", async () => {
  using place = bench();
  await place.run(words("gcp,aws", "azure", ...settings(namesOf("azure", ["gcp", "aws"]))));
  const { stdout } = await place.run([
    ...["match", "-c", "out/credential-provider-config.yaml", "-o", "json"],
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
  ]);
  const { providers } = checkedDocument(stdout) as unknown as MatchDocument;
  assert.deepEqual(providers.find(({ matched }) => matched)?.identities?.deciding?.settings, {
    "node.identity": "azure",
    "node.audience": "api://imagecred-aws-nodes",
    "node.managedIdentity": "20000000-bbbb-4bbb-8bbb-000000000004",
    "node.roleArn": "arn:aws:iam::123456789012:role/azure-pulls",
  });
});

test("values that a command prints can be missing at first: init lists them, and validate finds the placeholders", async () => {
  using place = bench();
  const known = namesOf("gce", ["azure"]).filter((name) => name !== "azure-application");
  const first = await place.run([...words("azure", "gce", ...settings(known)), "-o", "json"]);
  assert.equal(first.code, 0, first.stderr);
  const { notes } = checkedDocument(first.stdout) as unknown as InitDocument;
  assert.ok(
    notes.some((note) =>
      /^The client ID of the application .*"az ad app create" prints it.*--set azure-application=VALUE/.test(
        note,
      ),
    ),
    notes.join("\n"),
  );
  const checked = await place.run(["validate", "out/credential-provider-config.yaml"]);
  assert.equal(checked.code, 1);
  assert.match(checked.stdout, /azure\.node\.clientId is "REPLACE-azure-application", expected the GUID/);
  const again = await place.run(
    words("azure", "gce", ...settings([...known, "azure-application"]), "--force"),
  );
  assert.equal(again.code, 0, again.stderr);
});

test("an Azure cloud: its audience, its issuers and its registries' hosts", async () => {
  using place = bench();
  const run = async (from: "ec2" | "azure", clouds: string, name: string) => {
    const names = namesOf(from, clouds.split(","));
    const flags = ["--azure-cloud", name, ...settings(names), "-o", "json", "--force"];
    const { stdout, stderr } = await place.run(
      words(from === "azure" ? `azure,${clouds}` : clouds, from, ...flags),
    );
    assert.equal(stderr, "");
    const { files } = checkedDocument(stdout) as unknown as InitDocument;
    return new Map(files.map((file) => [file.name, file.content]));
  };
  const usGov = await run("ec2", "azure", "AzureUSGovernmentCloud");
  assert.match(
    usGov.get("ec2-to-azure/federated-credential.json") ?? "",
    /"api:\/\/AzureADTokenExchangeUSGov"/,
  );
  assert.match(usGov.get("identities.yaml") ?? "", /registries: \["myreg\.azurecr\.us"\]/);
  const china = await run("azure", "aws", "AzureChinaCloud");
  assert.match(china.get("azure-to-aws/trust-policy.json") ?? "", /"sts\.chinacloudapi\.cn\/10000000-/);
});

for (const [what, args, message] of [
  ["another word", words("aws", "lambda"), /--cross-cloud/],
  [
    "a value alone",
    ["init", "--cloud", "aws", "--distribution", "kubeadm", "--set", "issuer=x"],
    /requires --cross-cloud/,
  ],
  ["the nodes' own cloud alone", words("aws", "ec2"), /that cloud accepts the nodes' own identity/],
  ["another tenant without its values", words("azure", "azure"), /give --set partner-tenant/],
  [
    "missing values",
    words("aws", "pods", "--set", "aws-account=123456789012"),
    /also requires, with your own values: --set issuer=\S+ \(the cluster's issuer.*--set service-account=app/,
  ],
  ["a value of another name", words("aws", "pods", "--set", "aws-acount=1"), /did you mean aws-account\?/],
  [
    "a value of another form",
    words("aws", "pods", "--set", "aws-account=1; rm -rf /"),
    /expected aws-account=VALUE with the AWS account.*such as 123456789012/,
  ],
  [
    "a value that no route needs",
    words("aws", "pods", ...settings(namesOf("pods", ["aws"])), "--set", "google-location=eu"),
    /--set google-location: not needed for pods-to-aws/,
  ],
  [
    "settings without arguments",
    [
      "init",
      "--cloud",
      "aws",
      "--distribution",
      "bottlerocket",
      "--cross-cloud",
      "gce",
      ...settings(namesOf("gce", ["aws"])),
    ],
    /do not support args/,
  ],
] as const) {
  test(`rejected: ${what}`, async () => {
    using place = bench();
    const { code, stderr } = await place.run(args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}
