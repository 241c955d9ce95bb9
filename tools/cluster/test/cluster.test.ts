import { describe } from "node:test";
import { Helm, whyNoHelm } from "@imagecred/chart";
import { whyNoPlugins } from "../src/plugins.ts";
import { cachedOlderKubelet, OLDER_KUBELET_VERSION } from "../src/programs/index.ts";
import { whyNoStaticImage } from "../src/testing/release-registry.ts";
import { describeChartOnK3s } from "../src/testing/scenarios/chart-k3s.ts";
import { describeChartRollout } from "../src/testing/scenarios/chart-rollout.ts";
import { describeChartTemplates } from "../src/testing/scenarios/chart-templates.ts";
import { describeCrowd } from "../src/testing/scenarios/crowd.ts";
import { describeDiagnosis } from "../src/testing/scenarios/diagnosis.ts";
import { describeExpiry } from "../src/testing/scenarios/expiry.ts";
import { describeInstall } from "../src/testing/scenarios/install.ts";
import { describeNode } from "../src/testing/scenarios/node.ts";
import { describeOlderKubelet } from "../src/testing/scenarios/older-kubelet.ts";
import { describePodIdentity, describePullRecords } from "../src/testing/scenarios/pod-identity.ts";
import { describePulls } from "../src/testing/scenarios/pulls.ts";
import { describeSecrets } from "../src/testing/scenarios/secrets.ts";
import { SharedCluster } from "../src/testing/shared-cluster.ts";
import { WORLD_VARIABLE } from "../src/world/enter.ts";

const skip =
  process.env[WORLD_VARIABLE] === undefined
    ? "needs the cluster's namespaces (npm run cluster -- npx node --test ...)"
    : (whyNoPlugins() ?? false);

const noHelm = await whyNoHelm("helm may be built");
const helm = skip === false && noHelm === undefined ? await Helm.get() : undefined;
const olderKubelet = skip === false ? await cachedOlderKubelet() : undefined;
const noOlderKubelet =
  olderKubelet === undefined
    ? `the kubelet of ${OLDER_KUBELET_VERSION} is not in the cache yet (npm test -- cluster builds it)`
    : undefined;
const noImage = noHelm ?? whyNoStaticImage();
/** Runs the tests of a suite in sequence: they would inherit the concurrency of the outer suite. */
const inOrder = (skip?: string) => ({ concurrency: 1, skip: skip ?? false });
const withHelm = { skip: noHelm ?? false };

// One cluster for all: each part leaves the node as the next one expects it.
describe("a real cluster", { skip, timeout: 15 * 60_000 }, () => {
  const cluster = new SharedCluster();
  describe("the cluster itself", () => describeNode(cluster));
  describe("install, uninstall, nodes", () => describeInstall(cluster));
  describe("the node's identity", () => describePulls(cluster));
  describe("what imagecred says about the node", () => describeDiagnosis(cluster));
  // These mostly wait, for credentials to expire and for kubelets. Kubelets of other releases have their own nodes.
  describe("at the same time", { concurrency: true }, () => {
    describe("credentials that expire", inOrder(), () => describeExpiry(cluster));
    describe(`a kubelet of ${OLDER_KUBELET_VERSION}`, inOrder(noOlderKubelet), () => {
      if (olderKubelet !== undefined) describeOlderKubelet(cluster, olderKubelet);
    });
    describe("the chart on a node of k3s", inOrder(noImage), () => {
      if (helm !== undefined) describeChartOnK3s(cluster, helm);
    });
  });
  describe("the pods' identities", () => describePodIdentity(cluster));
  describe("images that are on the node already", () => describePullRecords(cluster));
  describe("many pods at once", () => describeCrowd(cluster));
  describe("deploy/: the chart and the kustomize base", withHelm, () => {
    if (helm !== undefined) describeChartTemplates(cluster, helm);
  });
  describe("the chart on the nodes of kubeadm", { skip: noImage ?? false }, () => {
    if (helm !== undefined) describeChartRollout(cluster, helm);
  });
  describe("logs", () => describeSecrets(cluster));
});
