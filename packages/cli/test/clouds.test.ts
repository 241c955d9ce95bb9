import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { RUNTIMES, type Runtime } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import type { DoctorDocument } from "../src/commands/doctor/document.ts";
import { binDirectory, notBuilt, runImagecred } from "../src/testing/built.ts";
import { bench } from "../src/testing/run.ts";
import { checkedDocument } from "../src/testing/schemas.ts";

const PLUGINS = ["ecr-credential-provider", "acr-credential-provider", "gcr-credential-provider"];

const IMAGES = {
  ecr: {
    image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:v1",
    username: "AWS",
    operation: /Amazon ECR GetAuthorizationToken: POST https:\/\/api\.ecr\.us-west-2/,
  },
  acr: {
    image: "myreg.azurecr.io/team/app:v1",
    username: "00000000-0000-0000-0000-000000000000",
    operation: /oauth2\/exchange: POST https:\/\/myreg\.azurecr\.io\/oauth2\/exchange/,
  },
  gcr: {
    image: "us-docker.pkg.dev/project/repo/app:v1",
    username: "_token",
    operation: /token: GET http:\/\/127\.0\.0\.1:\d+\/computeMetadata/,
  },
} as const;

interface PodCase {
  readonly cloud: string;
  /** The registry whose credentials a mirror gets. */
  readonly registry: string;
  readonly options: readonly string[];
  readonly token: string;
  readonly annotations: readonly string[];
}

/** A pod with permission to pull, on each cloud. */
const PODS: Readonly<Record<keyof typeof IMAGES, (clouds: Clouds) => Promise<PodCase>>> = {
  ecr: async ({ aws, cluster }) => ({
    cloud: "aws",
    registry: "123456789012.dkr.ecr.us-west-2.amazonaws.com",
    options: [],
    token: await cluster.issueServiceAccountToken({
      audience: "sts.amazonaws.com",
      namespace: "default",
      serviceAccount: "app",
    }),
    annotations: [`eks.amazonaws.com/ecr-role-arn=${aws.roleArn("pod")}`],
  }),
  acr: async ({ azure }) => {
    const { pod } = azure.population();
    return {
      cloud: "azure",
      registry: "myreg.azurecr.io",
      options: [],
      token: await azure.podToken(),
      annotations: [
        `azure.workload.identity/client-id=${pod.clientId}`,
        `azure.workload.identity/tenant-id=${pod.tenant}`,
      ],
    };
  },
  gcr: async ({ google }) => ({
    cloud: "gcp",
    registry: "us-docker.pkg.dev",
    options: ["--gcp-workload-identity-provider", google.provider("cluster")],
    token: await google.podToken("cluster"),
    annotations: [],
  }),
};

const places = (runtime: Runtime): readonly string[] => [
  "-c",
  "imagecred-kubeadm/credential-provider-config.yaml",
  "-b",
  binDirectory(runtime),
  "--env-from",
  "shell",
  "-o",
  "json",
];

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(async () => {
  await clouds?.[Symbol.asyncDispose]();
});

const stepOf = ({ steps }: DoctorDocument, name: string) => steps.find((one) => one.name === name);

for (const runtime of RUNTIMES) {
  describe(`with the real plugins, ${runtime}`, {
    skip: notBuilt(runtime, "imagecred", ...PLUGINS),
  }, () => {
    for (const [plugin, { image, username, operation }] of Object.entries(IMAGES)) {
      test(`${plugin}: get, and doctor up to the registry's response`, async () => {
        using place = bench();
        await place.run(["init", "--cloud", "aws,azure,gcp", "--distribution", "kubeadm"]);
        const env = { HOME: "/nonexistent", ...(await clouds.env(plugin as keyof typeof IMAGES)) };
        const got = await runImagecred(runtime, ["get", image, ...places(runtime)], { cwd: place.root, env });
        assert.equal(got.code, 0, got.stderr + got.stdout);
        const [credential] = checkedDocument(got.stdout)["credentials"] as Record<string, unknown>[];
        assert.equal(credential?.["username"], username);
        assert.equal(credential?.["password"], null);

        const seen = await runImagecred(runtime, ["doctor", image, ...places(runtime)], {
          cwd: place.root,
          env,
        });
        const document = checkedDocument(seen.stdout) as unknown as DoctorDocument;
        assert.deepEqual(
          document.steps.map(({ name, status }) => `${name} ${status}`),
          [
            "configuration",
            "image",
            "match",
            "executable",
            "plugin",
            "credential",
            "registry",
            "manifest",
          ].map((name) => `${name} ok`),
        );
        assert.equal(seen.code, 0);
        const calls = stepOf(document, "plugin")?.details ?? [];
        assert.ok(
          calls.some(({ message, ms }) => operation.test(message) && ms !== null),
          JSON.stringify(calls),
        );
        assert.ok(calls.some(({ message }) => message.startsWith("identity: ")));
        const human = await runImagecred(runtime, ["doctor", image, ...places(runtime).slice(0, -2)], {
          cwd: place.root,
          env,
        });
        for (const output of [got.stdout, seen.stdout, human.stdout, human.stderr]) {
          assert.deepEqual(clouds.secrets.findIn(output), []);
        }
        assert.deepEqual(clouds.defects, []);
        await clouds.reset();
      });
    }

    test("an error of the cloud is shown with the plugin's message, and the exit code is 1", async () => {
      using place = bench();
      await place.run(["init", "--cloud", "aws", "--distribution", "kubeadm"]);
      const env = { HOME: "/nonexistent", ...(await clouds.env("ecr")) };
      await clouds.faults.add({
        service: "aws.ecr",
        operation: "GetAuthorizationToken",
        times: 10,
        fault: {
          kind: "answer",
          reply: {
            status: 400,
            headers: { "content-type": "application/x-amz-json-1.1" },
            body: '{"__type":"AccessDeniedException","message":"not allowed"}',
          },
        },
      });
      const { code, stdout } = await runImagecred(runtime, ["doctor", IMAGES.ecr.image, ...places(runtime)], {
        cwd: place.root,
        env,
      });
      const document = checkedDocument(stdout) as unknown as DoctorDocument;
      assert.equal(code, 1);
      assert.equal(document.summary, 'The pull fails at "plugin".');
      assert.match(stepOf(document, "plugin")?.reason ?? "", /AccessDenied/);
      await clouds.reset();
    });

    test("the wrong repository: the credential works, the manifest does not exist", async () => {
      using place = bench();
      await place.run(["init", "--cloud", "gcp", "--distribution", "kubeadm"]);
      const env = { HOME: "/nonexistent", ...(await clouds.env("gcr")) };
      const { code, stdout } = await runImagecred(
        runtime,
        ["doctor", "us-docker.pkg.dev/project/repo/nothing:v1", ...places(runtime)],
        { cwd: place.root, env },
      );
      const document = checkedDocument(stdout) as unknown as DoctorDocument;
      assert.deepEqual(
        [code, stepOf(document, "registry")?.status, stepOf(document, "manifest")?.status],
        [1, "ok", "failed"],
      );
      assert.match(stepOf(document, "manifest")?.message ?? "", /^404: /);
      await clouds.reset();
    });

    test("if a registry with ABAC denies access to the repository, the fix names both roles", async () => {
      using place = bench();
      await place.run(["init", "--cloud", "azure", "--distribution", "kubeadm"]);
      const { azure } = clouds;
      const [{ app }] = azure.population().machine;
      const repositoryReaders = { [app.clientId]: ["app"] };
      azure.addRegistry({ name: "abacreg", tenant: azure.tenantId, repositoryReaders });
      const env = { HOME: "/nonexistent", ...(await clouds.env("acr")) };
      const doctor = async (repository: string) => {
        const image = `abacreg.azurecr.io/${repository}:v1`;
        const { stdout } = await runImagecred(runtime, ["doctor", image, ...places(runtime)], {
          cwd: place.root,
          env,
        });
        return checkedDocument(stdout) as unknown as DoctorDocument;
      };
      assert.equal(stepOf(await doctor("app"), "manifest")?.status, "ok");
      const refused = await doctor("team/app");
      assert.equal(stepOf(refused, "credential")?.status, "ok");
      const failed = refused.steps.find(({ status }) => status === "failed");
      assert.match(
        failed?.fix ?? "",
        /it needs the role AcrPull .*ABAC.* Container Registry Repository Reader/,
      );
      await clouds.reset();
    });

    for (const [plugin, asPod] of Object.entries(PODS)) {
      test(`${plugin}: with the files of init --pod-identity a pod gets its own credentials, also with a mirror`, async () => {
        using place = bench();
        const { cloud, registry, options, token, annotations } = await asPod(clouds);
        const mirror = `mirror.example:5000=${registry}`;
        const init = ["init", "--cloud", cloud, "--distribution", "kubeadm", "--pod-identity", ...options];
        assert.equal((await place.run([...init, "--registry", mirror])).code, 0);
        writeFileSync(place.path("token"), token);
        const pod = ["--token-file", "token", ...annotations.flatMap((one) => ["--annotation", one])];
        const env = { HOME: "/nonexistent", ...clouds.networkEnv() };
        const { image } = IMAGES[plugin as keyof typeof IMAGES];
        const ran = await runImagecred(runtime, ["doctor", image, ...places(runtime), ...pod], {
          cwd: place.root,
          env,
        });
        const document = checkedDocument(ran.stdout) as unknown as DoctorDocument;
        assert.equal(ran.code, 0, ran.stdout + ran.stderr);
        assert.equal(stepOf(document, "pod token")?.message, "default/app");
        // The mirror is mapped for the node, so its images are pulled with the node's identity.
        const nodeEnv = { HOME: "/nonexistent", ...(await clouds.env(plugin as keyof typeof IMAGES)) };
        const mirrored = await runImagecred(
          runtime,
          ["get", `mirror.example:5000/${image.split("/").slice(1).join("/")}`, ...places(runtime), ...pod],
          { cwd: place.root, env: nodeEnv },
        );
        assert.equal(mirrored.code, 0, mirrored.stdout + mirrored.stderr);
        assert.deepEqual(clouds.secrets.findIn(ran.stdout + mirrored.stdout), []);
        await clouds.reset();
      });
    }
  });
}
