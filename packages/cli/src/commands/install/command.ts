import { parentOf } from "@imagecred/node";
import { CommandError } from "../../errors.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Command } from "../command.ts";
import type { InstallOptions } from "./definition.ts";
import type { InstallDocument, InstalledFile } from "./document.ts";
import { type Placed, type Placement, placeAll, stateOf } from "./place.ts";
import { type InstallPlan, planInstall } from "./plan.ts";
import { renderInstall } from "./render.ts";
import { checkDirectory, type Target } from "./target.ts";

export const install: Command<InstallOptions, InstallDocument> = {
  async run(options, platform) {
    if (platform.processInfo.userId !== 0) {
      throw new CommandError("install must run as root: use sudo");
    }
    const plan = await planInstall(options, platform);
    const { placements, target } = plan;
    for (const directory of new Set(placements.map(({ to }) => parentOf(to)))) {
      checkDirectory(target, directory, platform);
    }
    // Before anything is changed: what stands in the way of the last file stops the first one too.
    const expected = placements.map((placement) => wouldBe(placement, target));
    const dryRun = options.dryRun === true;
    const files = (dryRun ? expected : placeAll(placements, target, platform)).map(
      (placed): InstalledFile => ({
        ...placed,
        checksumFile: plan.sources.find(({ path }) => path === placed.from)?.checksumFile ?? null,
      }),
    );
    const changed = (role: Placed["role"]) =>
      files.some((file) => file.role === role && file.state !== "unchanged");
    return {
      kind: "Installation",
      dryRun,
      root: target.root,
      binDir: plan.binDir,
      configPath: plan.configPath,
      files,
      restartNeeded: changed("config") || changed("node-file"),
      restartCommand: restartCommand(plan),
      notes: [...plan.notes, ...notes(plan, platform)],
    };
  },
  render: renderInstall,
  exitCode: () => 0,
};

function wouldBe(placement: Placement, target: Target): Placed {
  const { role, from, to, sha256 } = placement;
  return {
    role,
    from,
    to: target.files.outside(to),
    sha256,
    state: stateOf(placement, target),
    backup: null,
  };
}

/** An image has nothing to restart: its kubelet reads the configuration when the image boots. */
function restartCommand({ distribution, target, reload }: InstallPlan): string | null {
  if (target.root !== "/") return null;
  const restart = distribution?.restart ?? "systemctl restart kubelet";
  return reload ? `systemctl daemon-reload && ${restart}` : restart;
}

function notes(plan: InstallPlan, { fileSystem }: Platform): readonly string[] {
  const found: string[] = [];
  for (const { path, executable } of plan.sources) {
    if (executable.kind === "elf" && executable.interpreter !== undefined) {
      found.push(
        `${path} is dynamically linked: it needs ${executable.interpreter} wherever the kubelet runs; the static builds need nothing.`,
      );
    }
  }
  if (fileSystem.status("/sys/fs/selinux/enforce") !== undefined && plan.target.root === "/") {
    found.push(
      `SELinux is on: restorecon -Rv ${plan.binDir} ${plan.configPath} gives the files their labels.`,
    );
  }
  return found;
}
