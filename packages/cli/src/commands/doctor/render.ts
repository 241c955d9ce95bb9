import { took } from "../../output/duration.ts";
import type { Style } from "../../output/style.ts";
import { padEnd, printable, wrap } from "../../output/text.ts";
import type { DoctorDocument } from "./document.ts";
import type { Detail, Step, StepStatus } from "./steps.ts";

export function renderDoctor(document: DoctorDocument, style: Style): string {
  const { bold } = style;
  const width = Math.max(...document.steps.map(({ name }) => name.length));
  const lines = [
    bold(printable(document.image)),
    "",
    ...document.steps.flatMap((one) => stepLines(one, width, style)),
    "",
    `${lamp(document.status, style)} ${bold(printable(document.summary))}`,
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines(one: Step, nameWidth: number, style: Style): readonly string[] {
  const { bold, cyan, dim, width } = style;
  const margin = " ".repeat(nameWidth + 4);
  const time = one.ms === null ? "" : ` ${dim(`(${took(one.ms)})`)}`;
  const lines = [
    `${lamp(one.status, style)} ${bold(padEnd(one.name, nameWidth))}  ${wrap(printable(one.message), width, margin)}${time}`,
    ...one.details.map((detail) => detailLine(detail, margin, style)),
  ];
  if (one.fix !== null)
    lines.push(`${margin}${cyan(style.marks.arrow)} ${wrap(printable(one.fix), width, `${margin}  `)}`);
  return lines;
}

function detailLine(detail: Detail, margin: string, style: Style): string {
  const time = detail.ms === null ? "" : ` (${took(detail.ms)})`;
  const text = wrap(printable(detail.message), style.width, `${margin}  `);
  const shown =
    detail.status === "ok" || detail.status === "skipped" ? style.dim(text + time) : text + style.dim(time);
  return `${margin}${detail.status === "ok" ? style.dim(style.marks.bullet) : lamp(detail.status, style)} ${shown}`;
}

function lamp(status: StepStatus, { green, yellow, red, dim, marks }: Style): string {
  switch (status) {
    case "ok":
      return green(marks.good);
    case "warning":
      return yellow(marks.warning);
    case "failed":
      return red(marks.bad);
    case "skipped":
      return dim(marks.skipped);
  }
}
