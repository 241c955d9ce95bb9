import { installCommand } from "./node-commands.ts";
import type { Distribution } from "./types.ts";

const DIRECTORY = "/var/lib/k0s/credential-providers";

/** Units that k0s install creates, the worker's first: a controller has a kubelet only with --enable-worker or --single. */
export const K0S_UNITS = ["k0sworker.service", "k0scontroller.service"] as const;

/** k0s starts the kubelet itself, with the flags of `k0s worker --kubelet-extra-args` in its service's command. */
export const k0s: Distribution = {
  id: "k0s",
  title: "k0s",
  binDir: `${DIRECTORY}/bin`,
  configPath: `${DIRECTORY}/config.yaml`,
  installable: true,
  nodeFiles: [{ name: K0S_UNITS[0], paths: [`/etc/systemd/system/${K0S_UNITS[0]}`], merge: "k0s-unit" }],
  restart: "systemctl try-restart 'k0s*.service'",
  files: () => [],
  commands: (plan) => [installCommand(plan, "k0s"), "sudo systemctl try-restart 'k0s*.service'"],
  notes: () => [
    "The first command adds the two flags to --kubelet-extra-args in the command of k0s' service. k0s install --force, and k0sctl without them in its installFlags, write that service again without them: then run the command again.",
  ],
};
