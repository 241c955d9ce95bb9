import { took } from "../../output/duration.ts";
import type { Style } from "../../output/style.ts";
import { padEnd, printable, wrap } from "../../output/text.ts";
import type { DoctorDocument } from "./command.ts";
import type { Detail, Light, Step } from "./steps.ts";

export function renderDoctor(document: DoctorDocument, style: Style): string {
  const { bold } = style;
  const width = Math.max(...document.steps.map(({ name }) => name.length));
  const lines = [
    bold(printable(document.image)),
    "",
    ...document.steps.flatMap((one) => stepLines(one, width, style)),
    "",
    `${lamp(document.verdict, style)} ${bold(printable(document.summary))}`,
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines(one: Step, nameWidth: number, style: Style): readonly string[] {
  const { bold, cyan, dim, width } = style;
  const margin = " ".repeat(nameWidth + 4);
  const time = one.ms === null ? "" : ` ${dim(`(${took(one.ms)})`)}`;
  const lines = [
    `${lamp(one.light, style)} ${bold(padEnd(one.name, nameWidth))}  ${wrap(printable(one.says), width, margin)}${time}`,
    ...one.details.map((detail) => detailLine(detail, margin, style)),
  ];
  if (one.fix !== null)
    lines.push(`${margin}${cyan(style.marks.arrow)} ${wrap(printable(one.fix), width, `${margin}  `)}`);
  return lines;
}

function detailLine(detail: Detail, margin: string, style: Style): string {
  const time = detail.ms === null ? "" : ` (${took(detail.ms)})`;
  const text = wrap(printable(detail.says), style.width, `${margin}  `);
  const shown =
    detail.light === "good" || detail.light === "skipped" ? style.dim(text + time) : text + style.dim(time);
  return `${margin}${detail.light === "good" ? style.dim(style.marks.bullet) : lamp(detail.light, style)} ${shown}`;
}

function lamp(light: Light, { green, yellow, red, dim, marks }: Style): string {
  switch (light) {
    case "good":
      return green(marks.good);
    case "warning":
      return yellow(marks.warning);
    case "bad":
      return red(marks.bad);
    case "skipped":
      return dim(marks.skipped);
  }
}
