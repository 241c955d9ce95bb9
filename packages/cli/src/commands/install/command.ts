import type { RootedWritableFiles } from "@imagecred/node";
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
    const { files: node } = plan;
    for (const directory of new Set(plan.placements.map(({ to }) => parentOf(to)))) {
      checkDirectory(platform.fileSystem, node, directory);
    }
    // Everything that can be refused is refused before anything is written.
    const planned = plan.placements.map((placement) => wouldBe(placement, node));
    const dryRun = options.dryRun === true;
    const { crypto, clock } = platform;
    const placed = dryRun
      ? planned
      : plan.placements.map((placement) => place(placement, { files: node, crypto, clock }));
    const files = placed.map(
      (one): InstalledFile => ({
        ...one,
        checksumFile: plan.sources.find(({ path }) => path === one.from)?.checksumFile ?? null,
      }),
    );
    const changed = (role: Placed["role"]) =>
      files.some((file) => file.role === role && file.state !== "unchanged");
    return {
      kind: "Installation",
      dryRun,
      root: node.root,
      binDir: plan.binDir,
      configPath: plan.configPath,
      files,
      restartNeeded: changed("config") || changed("node-file"),
      restartCommand: `${plan.reload ? "systemctl daemon-reload && " : ""}systemctl restart ${plan.distribution?.restart ?? "kubelet"}`,
      notes: notes(plan, platform),
    };
  },
  render: renderInstall,
  exitCode: () => 0,
};

function wouldBe(placement: Placement, files: RootedWritableFiles): Placed {
  const { role, from, to, sha256 } = placement;
  return { role, from, to: files.outside(to), sha256, state: stateOf(placement, files), backup: null };
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
  if (fileSystem.status("/sys/fs/selinux/enforce") !== undefined && plan.files.root === "/") {
    found.push(
      `SELinux is on: restorecon -Rv ${plan.binDir} ${plan.configPath} gives the files their labels.`,
    );
  }
  return found;
}
