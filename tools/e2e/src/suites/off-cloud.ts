import { describe, test } from "node:test";
import { needsRoot } from "@imagecred/workspace";
import { expectFailure } from "../expect.ts";
import { expectWithin } from "../fastest.ts";
import { kubeletRequest } from "../request.ts";
import { runPlugin } from "../run-plugin.ts";
import type { Suite } from "../suite.ts";

/** Milliseconds within which a plugin must detect that its machine is not in a cloud. */
const LIMIT_MS = 2500;

/** Shell commands that set up the network of a machine outside any cloud; each in a separate network namespace. */
const NETWORKS: Readonly<Record<string, string>> = {
  "no network at all": "true",
  "the metadata address refuses": "ip link set lo up && ip addr add 169.254.169.254/32 dev lo",
  // The kernel receives such a packet on loopback and drops it silently, because the address is not local.
  "packets to the metadata address are dropped": "ip link set lo up && ip route add 169.254.0.0/16 dev lo",
};

export const offCloud: Suite = (subject) => {
  const { scenario } = subject;
  const skip = needsRoot("unshare", "ip");

  describe("outside any cloud", () => {
    for (const [what, commands] of Object.entries(NETWORKS)) {
      test(`${what}: exit 1 in less than ${LIMIT_MS} ms, naming what was tried`, { skip }, async () => {
        const { args = [], env = {}, request } = await scenario.offCloud.setUp(subject.clouds);
        const script = `${commands} && exec "$0" "$@"`;
        const inside = ["--net", "--", "/bin/sh", "-c", script, subject.path, ...args];
        const stdin = kubeletRequest(scenario.image, request);
        await expectWithin(
          LIMIT_MS,
          () => runPlugin("unshare", { args: inside, env, stdin }),
          (result) => expectFailure(result, scenario.executable, scenario.offCloud.tried),
        );
      });
    }
  });
};
