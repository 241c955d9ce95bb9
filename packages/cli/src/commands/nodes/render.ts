import { took } from "../../output/duration.ts";
import { shortHash } from "../../output/short-hash.ts";
import type { Style } from "../../output/style.ts";
import { count, printable, table, wrap } from "../../output/text.ts";
import type { NodeReport, NodesDocument } from "./document.ts";

export function renderNodes(document: NodesDocument, style: Style): string {
  const { bold, yellow, marks, width } = style;
  const { nodes, notes } = document;
  const header = ["", "node", "kubelet", "configuration", "plugins"].map((title) =>
    title === "" ? "" : bold(title),
  );
  const rows = nodes.map((node) => row(node, document, style));
  const lines = [
    ...(nodes.length === 0 ? [] : [table([header, ...rows], "", width), ""]),
    ...notes.map((note) => `${yellow(marks.warning)} ${wrap(note, width, "  ", 2)}`),
    verdict(document, style),
  ];
  return `${lines.join("\n")}\n`;
}

function row(node: NodeReport, document: NodesDocument, style: Style): readonly string[] {
  const { dim, yellow } = style;
  const version = node.ready ? node.kubeletVersion : `${node.kubeletVersion} ${yellow("not ready")}`;
  const problem = node.problem === null ? "" : dim(printable(node.problem));
  const plugins = node.plugins.map(plugin(style)).join(", ");
  return [
    mark(node, style),
    node.name,
    version,
    configuration(node, document),
    problem === "" ? plugins : problem,
  ];
}

function mark({ state }: NodeReport, { green, red, yellow, marks }: Style): string {
  switch (state) {
    case "current":
      return green(marks.good);
    case "different":
    case "none":
      return red(marks.bad);
    case "unknown":
      return yellow(marks.warning);
  }
}

function configuration({ state, hash }: NodeReport, { expectedFrom }: NodesDocument): string {
  switch (state) {
    case "current":
      return expectedFrom === "config" ? "current" : shortHash(hash ?? "");
    case "different":
      return expectedFrom === "config" ? `another: ${shortHash(hash ?? "")}` : shortHash(hash ?? "");
    case "none":
      return "none";
    case "unknown":
      return "unknown";
  }
}

function plugin({ red }: Style) {
  return ({ name, runs, errors, seconds }: NodeReport["plugins"][number]): string => {
    const average = runs === 0 ? "" : `, ${took((seconds / runs) * 1000)} each`;
    const failed = errors === 0 ? "" : `, ${red(count(errors, "error"))}`;
    return `${printable(name)}: ${count(runs, "run")}${average}${failed}`;
  };
}

function verdict(
  { nodes, expectedFrom, config }: NodesDocument,
  { green, red, marks, width }: Style,
): string {
  const number = (state: NodeReport["state"]) => nodes.filter((node) => node.state === state).length;
  const [current, different, none, unknown] = [
    number("current"),
    number("different"),
    number("none"),
    number("unknown"),
  ];
  const runs = expectedFrom === "config" ? `run ${config}` : "run one configuration";
  if (current === nodes.length && current > 0)
    return `${green(marks.good)} All ${count(nodes.length, "node")} ${runs}.`;
  const parts = [
    `${current} of ${count(nodes.length, "node")} ${runs}`,
    ...(different === 0
      ? []
      : [`${different} another configuration (not restarted since it changed, or not installed)`]),
    ...(none === 0 ? [] : [`${none} no plugins (the kubelet was started without the flags)`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ];
  return `${red(marks.bad)} ${wrap(`${parts.join(", ")}.`, width, "  ", 2)}`;
}
