import { CommandError } from "../../errors.ts";
import { parentOf } from "../../machine/paths.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Command } from "../command.ts";
import type { InstallOptions } from "./definition.ts";
import type { InstallDocument, InstalledFile } from "./document.ts";
import { type Placed, type Placement, place, stateOf } from "./place.ts";
import { type InstallPlan, planInstall } from "./plan.ts";
import { renderInstall } from "./render.ts";
import { checkDirectory } from "./safety.ts";

export const install: Command<InstallOptions, InstallDocument> = {
  run(options, platform) {
    if (platform.processInfo.userId !== 0) {
      throw new CommandError(
        "install makes files of root's that the kubelet runs as root: run it as root (sudo)",
      );
    }
    const plan = planInstall(options, platform);
    for (const directory of new Set(plan.placements.map(({ to }) => parentOf(to)))) {
      checkDirectory(
        platform.fileSystem,
        directory,
        plan.root === "/" ? "/" : platform.fileSystem.realPath(plan.root),
      );
    }
    const dryRun = options.dryRun === true;
    const put = (placement: Placement): Placed =>
      dryRun ? wouldBe(placement, platform) : place(placement, platform);
    const files = plan.placements.map(put).map(
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
      root: plan.root,
      binDir: plan.binDir,
      configPath: plan.configPath,
      files,
      restartNeeded: changed("config") || changed("node-file"),
      restartCommand: `systemctl restart ${plan.distribution?.restart ?? "kubelet"}`,
      notes: notes(plan, platform),
    };
  },
  render: renderInstall,
  exitCode: () => 0,
};

function wouldBe(placement: Placement, { fileSystem }: Platform): Placed {
  const { role, from, to, sha256 } = placement;
  return { role, from, to, sha256, state: stateOf(placement, fileSystem), backup: null };
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
  if (fileSystem.status("/sys/fs/selinux/enforce") !== undefined && plan.root === "/") {
    found.push(
      `SELinux is on: restorecon -Rv ${plan.binDir} ${plan.configPath} gives the files their labels.`,
    );
  }
  return found;
}
