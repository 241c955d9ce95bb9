import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { registryStatus } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { binDirectories, NOT_BUILT } from "../src/executables.ts";
import { goMissing } from "../src/go-build.ts";
import { KubeletCode, type Lookup, type Pod, type ServiceAccount } from "../src/kubelet-code.ts";
import { operatorMessage } from "../src/operator-messages.ts";
import { configText, type Provider, Scratch } from "../src/provider-config.ts";
import { ACR_IMAGE, ECR_IMAGE, GCR_IMAGE, PATTERNS, POD, WAYS } from "./identities.ts";

/** The configuration for ECR with the pods' own roles. */
const POD_ROLE = {
  serviceAccountTokenAudience: "sts.amazonaws.com",
  cacheType: "ServiceAccount",
  requireServiceAccount: true,
  requiredServiceAccountAnnotationKeys: ["eks.amazonaws.com/ecr-role-arn"],
} as const;

type Plugin = keyof typeof PATTERNS;
const PLUGINS = ["ecr", "acr", "gcr"] as const;
const nameOf = (plugin: Plugin) => `${plugin}-credential-provider`;

const binDirs = binDirectories();
const skip = (await goMissing()) ?? (binDirs.length === 0 ? NOT_BUILT : false);
const environment = { PATH: process.env["PATH"], HOME: "/nonexistent" };

describe("our executables under the kubelet's own code", { skip }, () => {
  let clouds: Clouds;
  let scratch: Scratch;
  let newest: KubeletCode;
  let oldest: KubeletCode;
  const binDir = binDirs[0]?.binDir ?? "";

  before(async () => {
    clouds = await startClouds();
    scratch = await Scratch.make();
    newest = await KubeletCode.start("newest", environment);
    oldest = await KubeletCode.start("oldest", environment);
  });
  after(async () => {
    assert.deepEqual(clouds.defects, []);
    await newest[Symbol.asyncDispose]();
    await oldest[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
    await clouds.close();
  });
  beforeEach(() => clouds.reset());

  /** Starts a kubelet with these providers, under the fakes' names and CA. */
  async function start(
    kubelet: KubeletCode,
    providers: readonly (Partial<Provider> & { readonly plugin: Plugin })[],
    { accounts = [], bin = binDir }: { accounts?: readonly ServiceAccount[]; bin?: string } = {},
  ): Promise<void> {
    const full = providers.map(({ plugin, env = {}, ...rest }) => ({
      name: nameOf(plugin),
      matchImages: PATTERNS[plugin],
      env: { ...clouds.networkEnv(), ...env },
      ...rest,
    }));
    const { error, registered } = await kubelet.register(
      await scratch.write("config.json", configText(full)),
      bin,
      accounts,
    );
    assert.equal(error, null);
    assert.equal(registered, providers.length);
  }

  /** The one credential that was found, after it has opened the registry. */
  async function opens(image: string, found: Lookup) {
    assert.equal(found.error, null);
    const [login, ...others] = found.creds;
    assert.ok(login, `nothing found; the kubelet logged\n${found.log.join("\n")}`);
    assert.deepEqual(others, []);
    assert.equal(await registryStatus(clouds, image, login), 200);
    return login;
  }

  const runs = async (kubelet: KubeletCode, plugin: Plugin) =>
    (await kubelet.metrics())[nameOf(plugin)]?.runs ?? 0;
  const asked = () => clouds.requests.filter(({ service }) => !service.includes("registry")).length;

  for (const { plugin, what, image, setUp } of WAYS) {
    test(`${plugin}: ${what}; the second pull comes from the cache, the one after it expired does not`, async () => {
      const { serviceAccount, ...provider } = await setUp(clouds);
      const pod: Pod = serviceAccount === undefined ? {} : POD;
      await start(newest, [{ plugin, ...provider }], { accounts: serviceAccount ? [serviceAccount] : [] });
      const before = await runs(newest, plugin);
      const first = await opens(image, await newest.lookup(image, pod));
      assert.equal(await runs(newest, plugin), before + 1);
      await clouds.reset();
      const second = await newest.lookup(`${image}:other-tag`, pod);
      assert.deepEqual(second.creds, [first]);
      assert.equal(await runs(newest, plugin), before + 1);
      assert.equal(asked(), 0);
      // Longer than any cloud's credential lives.
      await newest.advance(86_400);
      await opens(image, await newest.lookup(image, pod));
      assert.equal(await runs(newest, plugin), before + 2);
      assert.equal((await newest.metrics())[nameOf(plugin)]?.errors ?? 0, 0);
    });
  }

  for (const { runtime, binDir: bin } of binDirs) {
    for (const [release, kubelet] of [
      ["newest", () => newest],
      ["oldest", () => oldest],
    ] as const) {
      test(`one node, three clouds: ${runtime} executables, ${release} release`, async () => {
        const { aws, azure, google } = clouds;
        await start(
          kubelet(),
          [
            { plugin: "ecr", env: await aws.env("imds") },
            {
              plugin: "acr",
              env: await azure.env("managed-identity"),
              args: [await azure.azureJsonFile("managed-identity")],
            },
            { plugin: "gcr", env: await google.env("metadata") },
          ],
          { bin },
        );
        const before = await kubelet().metrics();
        for (const image of [ECR_IMAGE, ACR_IMAGE, GCR_IMAGE])
          await opens(image, await kubelet().lookup(image));
        const nothing = await kubelet().lookup("docker.io/library/nginx");
        assert.deepEqual(nothing.creds, []);
        const now = await kubelet().metrics();
        for (const plugin of PLUGINS) {
          assert.equal((now[nameOf(plugin)]?.runs ?? 0) - (before[nameOf(plugin)]?.runs ?? 0), 1, plugin);
        }
      });
    }
  }

  test("gcr: one run serves two images in two Google registries, and gcr.io", async () => {
    await start(newest, [{ plugin: "gcr", env: await clouds.google.env("metadata") }]);
    const before = await runs(newest, "gcr");
    for (const image of [
      GCR_IMAGE,
      "europe-docker.pkg.dev/project/repo/app",
      "gcr.io/project/app",
      "eu.gcr.io/project/app",
    ]) {
      await opens(image, await newest.lookup(image));
    }
    assert.equal(await runs(newest, "gcr"), before + 1);
    assert.equal(clouds.requests.filter(({ service }) => service === "google.metadata").length, 1);
  });

  test("ecr and acr: one run per registry host, and each host's credential for itself alone", async () => {
    const { aws, azure } = clouds;
    await start(newest, [
      { plugin: "ecr", env: await aws.env("imds") },
      {
        plugin: "acr",
        env: await azure.env("managed-identity"),
        args: [await azure.azureJsonFile("managed-identity")],
      },
    ]);
    const before = { ecr: await runs(newest, "ecr"), acr: await runs(newest, "acr") };
    const other = ECR_IMAGE.replace("us-west-2", "eu-central-1");
    for (const image of [
      ECR_IMAGE,
      ECR_IMAGE.replace("team/app", "app"),
      other,
      ACR_IMAGE,
      ACR_IMAGE.replace("team/app", "app"),
    ]) {
      await opens(image, await newest.lookup(image));
    }
    assert.equal(await runs(newest, "ecr"), before.ecr + 2);
    assert.equal(await runs(newest, "acr"), before.acr + 1);
  });

  test("two pods of two service accounts never share a credential", async () => {
    const { aws, cluster } = clouds;
    const account = async (name: string): Promise<ServiceAccount> => ({
      namespace: "default",
      name,
      uid: `${name}-uid`,
      annotations: { "eks.amazonaws.com/ecr-role-arn": aws.roleArn("pod") },
      tokens: {
        "sts.amazonaws.com": await cluster.issueServiceAccountToken({
          audience: "sts.amazonaws.com",
          serviceAccount: name,
        }),
      },
    });
    await start(
      newest,
      [
        {
          plugin: "ecr",
          env: await aws.env("imds"),
          tokenAttributes: POD_ROLE,
        },
      ],
      {
        accounts: [await account("one"), await account("two")],
      },
    );
    const before = await runs(newest, "ecr");
    const pull = (serviceAccount: string) => newest.lookup(ECR_IMAGE, { ...POD, serviceAccount });
    const one = await opens(ECR_IMAGE, await pull("one"));
    const two = await opens(ECR_IMAGE, await pull("two"));
    assert.notEqual(one.password, two.password);
    assert.deepEqual((await pull("one")).creds, [one]);
    assert.equal(await runs(newest, "ecr"), before + 2);
  });

  test("a pod that the plugin is not run for is told in the kubelet's log, each time with the words for operators", async () => {
    const provider = nameOf("ecr");
    const annotation = "eks.amazonaws.com/ecr-role-arn";
    const accounts = [
      { namespace: "default", name: "bare", uid: "bare-uid" },
      {
        namespace: "default",
        name: "tokenless",
        uid: "uid",
        annotations: { [annotation]: clouds.aws.roleArn("pod") },
      },
    ];
    await start(newest, [{ plugin: "ecr", env: await clouds.aws.env("imds"), tokenAttributes: POD_ROLE }], {
      accounts,
    });
    const before = await newest.metrics();
    const pod = { pod: "default/app-1", podUID: "pod-uid" };
    for (const [serviceAccount, id, values] of [
      ["", "no-service-account", {}],
      ["bare", "annotation-missing", { annotation }],
      ["absent", "service-account-missing", { error: 'serviceaccounts \\"absent\\" not found' }],
      [
        "tokenless",
        "token-refused",
        {
          error:
            'serviceaccounts \\"tokenless\\" is forbidden: audience \\"sts.amazonaws.com\\" is not allowed',
        },
      ],
    ] as const) {
      const found = await newest.lookup(ECR_IMAGE, { ...POD, serviceAccount });
      assert.deepEqual(found.creds, []);
      const names = {
        provider,
        repository: ECR_IMAGE,
        ...pod,
        serviceAccount: `default/${serviceAccount}`,
        ...values,
      };
      const { log } = operatorMessage(id, names);
      assert.ok(found.log.includes(log), `${log}\nis not in\n${found.log.join("\n")}`);
    }
    assert.deepEqual(await newest.metrics(), before);
    assert.equal(asked(), 0);
  });

  test("a pull secret is tried before the plugin's credential", async () => {
    await start(newest, [{ plugin: "ecr", env: await clouds.aws.env("imds") }]);
    const [host = ""] = ECR_IMAGE.split("/");
    const secret = JSON.stringify({ auths: { [host]: { username: "from-secret", password: "p" } } });
    const { creds } = await newest.lookup(ECR_IMAGE, { secrets: [secret] });
    assert.deepEqual(
      creds.map(({ username }) => username),
      ["from-secret", "AWS"],
    );
  });

  for (const [plugin, image, fault] of [
    ["ecr", ECR_IMAGE, { service: "aws.ecr", operation: "GetAuthorizationToken" }],
    ["acr", ACR_IMAGE, { service: "azure.acr", operation: "Exchange" }],
    ["gcr", GCR_IMAGE, { service: "google.metadata" }],
  ] as const) {
    test(`${plugin}: a refusal by the cloud is told once in the kubelet's log, is counted, and is not cached`, async () => {
      const { aws, azure, google } = clouds;
      const env = {
        ecr: () => aws.env("imds"),
        acr: () => azure.env("managed-identity"),
        gcr: () => google.env("metadata"),
      };
      const args = plugin === "acr" ? { args: [await azure.azureJsonFile("managed-identity")] } : {};
      await start(newest, [{ plugin, env: await env[plugin](), ...args }]);
      const before = (await newest.metrics())[nameOf(plugin)] ?? { runs: 0, errors: 0 };
      await clouds.faults.add({ ...fault, fault: { kind: "answer", reply: { status: 403, body: "{}" } } });
      const found = await newest.lookup(image);
      assert.deepEqual(found.creds, []);
      const [entry = "", ...more] = found.log.filter((text) =>
        text.includes("Failed to provide credentials"),
      );
      assert.deepEqual(more, []);
      // klog's form for a value that ends with a line break, as the plugin's line on stderr does.
      const [head, line = "", tail, ...rest] = entry.split("\n");
      assert.equal(head, '"Failed to provide credentials for image" err=<');
      const error = `\tfailed to get credential from external registry credential provider: error execing credential provider plugin ${nameOf(plugin)} for image ${image}: exit status 1: ${nameOf(plugin)}: `;
      assert.equal(line.slice(0, error.length), error);
      assert.equal(tail, ` > provider="${nameOf(plugin)}" image="${image}"`);
      assert.deepEqual(rest, []);
      assert.match(line, /403/);
      assert.deepEqual(clouds.secrets.findIn(found.log.join("\n")), []);
      await clouds.faults.clear();
      await opens(image, await newest.lookup(image));
      const now = (await newest.metrics())[nameOf(plugin)];
      assert.deepEqual(now, { runs: before.runs + 2, errors: before.errors + 1 });
    });
  }
});
