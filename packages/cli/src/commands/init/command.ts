import { shellWord } from "../../distributions/node-commands.ts";
import { RBAC_NAME } from "../../distributions/rbac.ts";
import { withDrive } from "../../machine/paths.ts";
import type { Style } from "../../output/style.ts";
import { table, wrap } from "../../output/text.ts";
import type { Command } from "../command.ts";
import type { InitOptions } from "./definition.ts";
import type { InitDocument } from "./document.ts";
import { crossCloudOf, planInit } from "./plan.ts";
import { writeFiles } from "./write.ts";

export const init: Command<InitOptions, InitDocument> = {
  async run(options, { fileSystem, processInfo }) {
    const crossCloud = await crossCloudOf(options);
    const { plan, distribution, files, commands, notes } = planInit(options, crossCloud);
    const directory = plan.directory;
    return {
      kind: "Initialization",
      distribution: distribution.id,
      title: distribution.title,
      clouds: plan.clouds,
      podIdentity: plan.podIdentity,
      directory,
      files:
        options.stdout === true
          ? files.map(({ name, about, content }) => ({ name, about, content, state: "not-written" as const }))
          : writeFiles(
              fileSystem,
              withDrive(directory, processInfo.workingDirectory),
              files,
              options.force === true,
            ),
      // The chart contains the role.
      clusterCommands: files.some(({ name }) => name === RBAC_NAME)
        ? [
            RBAC_NAME,
            ...(crossCloud?.serviceAccount === undefined ? [] : [crossCloud.serviceAccount.name]),
          ].map((name) => `kubectl apply -f ${shellWord(`${directory}/${name}`)}`)
        : [],
      commands,
      notes: [...notes, ...identityNotes(plan.podIdentity, options.nodeFallback === true)],
    };
  },
  render(document, style) {
    const printed = document.files.find((file) => file.state === "not-written");
    return printed === undefined ? summary(document, style) : printed.content;
  },
  exitCode: () => 0,
};

function identityNotes(podIdentity: boolean, nodeFallback: boolean): readonly string[] {
  if (!podIdentity) return [];
  const fallback = nodeFallback
    ? "Pods whose service account names no cloud identity use the node's (--identity-fallback=unassigned)."
    : "Pods whose service account names no cloud identity get no credentials from these plugins; with init --node-fallback they use the node's.";
  return ["tokenAttributes need Kubernetes 1.34 or newer; older kubelets reject the file.", fallback];
}

function summary(document: InitDocument, style: Style): string {
  const { bold, dim, green, cyan, marks } = style;
  const rows = document.files.map((file) => [
    file.state === "unchanged" ? dim(marks.skipped) : green(marks.good),
    `${document.directory}/${file.name}`,
    dim(file.state === "unchanged" ? `${file.about} (unchanged)` : file.about),
  ]);
  const steps = [...document.clusterCommands, ...document.commands];
  const lines = [
    bold(`${document.title}: ${document.clouds.join(", ")}${document.podIdentity ? ", pod identity" : ""}`),
    "",
    table(rows, "  ", style.width),
    "",
    bold("Apply it:"),
    ...document.clusterCommands.map((command) => `  ${cyan(command)}   ${dim("# once per cluster")}`),
    ...document.commands.map((command) => `  ${cyan(command)}`),
    "",
    ...document.notes.map((note) => `  ${dim(marks.bullet)} ${wrap(note, style.width, "    ", 4)}`),
    "",
    dim(
      `Check it first: imagecred validate ${shellWord(`${document.directory}/${document.files[0]?.name ?? ""}`)}`,
    ),
  ];
  return steps.length === 0 ? "" : `${lines.join("\n")}\n`;
}
