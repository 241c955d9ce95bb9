import { describe } from "node:test";
import { whyNoPlugins } from "../src/plugins.ts";
import { WORLD_VARIABLE } from "../src/world/enter.ts";
import { describeCrowd } from "./scenarios/crowd.ts";
import { describeExpiry } from "./scenarios/expiry.ts";
import { describeNode } from "./scenarios/node.ts";
import { describePodIdentity, describePullRecords } from "./scenarios/pod-identity.ts";
import { describePulls } from "./scenarios/pulls.ts";
import { describeSecrets } from "./scenarios/secrets.ts";
import { TestCluster } from "./test-cluster.ts";

const skip =
  process.env[WORLD_VARIABLE] === undefined
    ? "needs the cluster's namespaces (npm run cluster -- npx node --test ...)"
    : (whyNoPlugins() ?? false);

// One cluster for all: each part leaves the node as the next one expects it.
describe("a real cluster", { skip, timeout: 10 * 60_000 }, () => {
  const cluster = new TestCluster();
  describe("the cluster itself", () => describeNode(cluster));
  describe("the node's identity", () => describePulls(cluster));
  describe("credentials that expire", () => describeExpiry(cluster));
  describe("the pods' identities", () => describePodIdentity(cluster));
  describe("images that are on the node already", () => describePullRecords(cluster));
  describe("a crowd", () => describeCrowd(cluster));
  describe("what was logged", () => describeSecrets(cluster));
});
