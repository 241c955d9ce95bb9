import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { binDirectories, NOT_BUILT } from "../src/executables.ts";
import { goMissing, NEWEST } from "../src/go-build.ts";
import { ECR_IMAGE, POD } from "../src/identities.ts";
import type { ServiceAccount } from "../src/kubelet-code.ts";
import { nameOf, TestNode } from "../src/node-with-clouds.ts";
import { operatorMessage } from "../src/operator-messages.ts";

const [{ binDir } = { binDir: "" }] = binDirectories();
const skip = goMissing() ?? (binDir === "" ? NOT_BUILT : false);

/** The configuration for ECR with the pods' own roles. */
const POD_ROLE = {
  serviceAccountTokenAudience: "sts.amazonaws.com",
  cacheType: "ServiceAccount",
  requireServiceAccount: true,
  requiredServiceAccountAnnotationKeys: ["eks.amazonaws.com/ecr-role-arn"],
} as const;

describe("service account mode, by the kubelet's own code", { skip }, () => {
  let node: TestNode;

  before(async () => {
    node = await TestNode.make(NEWEST, binDir);
  });
  after(async () => {
    assert.deepEqual(node.clouds.defects, []);
    await node[Symbol.asyncDispose]();
  });
  beforeEach(() => node.clouds.reset());

  test("two pods of two service accounts never share a credential", async () => {
    const { aws, cluster } = node.clouds;
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
    await node.start(
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
    const before = await node.runs("ecr");
    const pull = (serviceAccount: string) => node.kubelet.lookup(ECR_IMAGE, { ...POD, serviceAccount });
    const one = await node.opens(ECR_IMAGE, await pull("one"));
    const two = await node.opens(ECR_IMAGE, await pull("two"));
    assert.notEqual(one.password, two.password);
    assert.deepEqual((await pull("one")).creds, [one]);
    assert.equal(await node.runs("ecr"), before + 2);
  });

  test("the kubelet logs each pod for which the plugin is not run, with the message for operators", async () => {
    const provider = nameOf("ecr");
    const annotation = "eks.amazonaws.com/ecr-role-arn";
    const accounts = [
      { namespace: "default", name: "bare", uid: "bare-uid" },
      {
        namespace: "default",
        name: "tokenless",
        uid: "uid",
        annotations: { [annotation]: node.clouds.aws.roleArn("pod") },
      },
    ];
    await node.start([{ plugin: "ecr", env: await node.clouds.aws.env("imds"), tokenAttributes: POD_ROLE }], {
      accounts,
    });
    const before = await node.kubelet.metrics();
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
      const found = await node.kubelet.lookup(ECR_IMAGE, { ...POD, serviceAccount });
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
    assert.deepEqual(await node.kubelet.metrics(), before);
    assert.equal(node.asked(), 0);
  });
});
