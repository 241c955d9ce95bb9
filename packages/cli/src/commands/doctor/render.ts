import { took } from "../../output/duration.ts";
import type { Style } from "../../output/style.ts";
import { padEnd, printable, wrap } from "../../output/text.ts";
import type { DoctorDocument } from "./document.ts";
import type { Detail, Step, StepStatus } from "./steps.ts";

export function renderDoctor(document: DoctorDocument, style: Style): string {
  const steps = document.steps.map((one) => renderStep(one, style));
  return [renderTitle(document.image, style), ...steps, renderSummary(document, style)].join("");
}

export function renderTitle(image: string, { bold }: Style): string {
  return `${bold(printable(image))}\n\n`;
}

/** The last lines: the summary and the fix. */
export function renderSummary({ status, summary, steps }: DoctorDocument, style: Style): string {
  const { bold, cyan, marks, width } = style;
  const fix = steps.find((one) => one.status === "failed")?.fix ?? null;
  const fixLine = fix === null ? "" : `\n  ${cyan(marks.arrow)} ${wrap(printable(fix), width, "    ")}`;
  return `\n${statusMark(status, style)} ${wrap(bold(printable(summary)), width, "  ")}${fixLine}\n`;
}

/** Columns for the step names: fixed, because each step is printed before the next one is known. */
const NAME_WIDTH = "configuration".length;

/** On a terminal with fewer columns, the lines below a step's name begin at the left. */
const NARROW = 72;

export function renderStep(one: Step, style: Style): string {
  return `${stepLines(one, style).join("\n")}\n`;
}

function stepLines(one: Step, style: Style): readonly string[] {
  const { bold, cyan, dim, width } = style;
  const margin = " ".repeat(width < NARROW ? 4 : NAME_WIDTH + 4);
  const time = one.ms === null ? "" : ` ${dim(`(${took(one.ms)})`)}`;
  const lines = [
    `${statusMark(one.status, style)} ${bold(padEnd(one.name, NAME_WIDTH))}  ${wrap(printable(one.message) + time, width, margin, NAME_WIDTH + 4)}`,
    ...one.details.map((detail) => detailLine(detail, margin, style)),
  ];
  if (one.reason !== null)
    lines.push(
      `${margin}${statusMark(one.status, style)} ${wrap(printable(one.reason), width, `${margin}  `)}`,
    );
  if (one.fix !== null)
    lines.push(`${margin}${cyan(style.marks.arrow)} ${wrap(printable(one.fix), width, `${margin}  `)}`);
  return lines;
}

function detailLine(detail: Detail, margin: string, style: Style): string {
  const time = detail.ms === null ? "" : ` (${took(detail.ms)})`;
  const isDim = detail.status === "ok" || detail.status === "skipped";
  const message = printable(detail.message) + (isDim ? time : style.dim(time));
  const text = wrap(message, style.width, `${margin}  `);
  const shown = isDim ? style.dim(text) : text;
  return `${margin}${detail.status === "ok" ? style.dim(style.marks.bullet) : statusMark(detail.status, style)} ${shown}`;
}

function statusMark(status: StepStatus, { green, yellow, red, dim, marks }: Style): string {
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
