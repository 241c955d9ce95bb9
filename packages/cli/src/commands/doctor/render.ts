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

/** The last lines: where it stops, and the cure. */
export function renderSummary({ status, summary, steps }: DoctorDocument, style: Style): string {
  const { bold, cyan, marks, width } = style;
  const fix = steps.find((one) => one.status === "failed")?.fix ?? null;
  const cure = fix === null ? "" : `\n  ${cyan(marks.arrow)} ${wrap(printable(fix), width, "    ")}`;
  return `\n${lamp(status, style)} ${wrap(bold(printable(summary)), width, "  ")}${cure}\n`;
}

/** Columns for the names, so that steps stand below each other before it is known which there will be. */
const NAME_WIDTH = "configuration".length;

/** Narrower than this, what is below a step's name begins at the left: beside it there is room for a word or two. */
const NARROW = 72;

export function renderStep(one: Step, style: Style): string {
  return `${stepLines(one, style).join("\n")}\n`;
}

function stepLines(one: Step, style: Style): readonly string[] {
  const { bold, cyan, dim, width } = style;
  const margin = " ".repeat(width < NARROW ? 4 : NAME_WIDTH + 4);
  const time = one.ms === null ? "" : ` ${dim(`(${took(one.ms)})`)}`;
  const lines = [
    `${lamp(one.status, style)} ${bold(padEnd(one.name, NAME_WIDTH))}  ${wrap(printable(one.message) + time, width, margin, NAME_WIDTH + 4)}`,
    ...one.details.map((detail) => detailLine(detail, margin, style)),
  ];
  if (one.reason !== null)
    lines.push(`${margin}${lamp(one.status, style)} ${wrap(printable(one.reason), width, `${margin}  `)}`);
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
