import { took } from "../output/duration.ts";
import type { Style } from "../output/style.ts";
import { wrap } from "../output/text.ts";
import type { RestartReport } from "./bring-up.ts";

/** Whether the kubelet does not run with the changes. */
export function failed({ state }: RestartReport): boolean {
  return state === "late" || state === "rolled-back" || state === "down";
}

/** Human-readable text of one or two sentences, without a line end. */
export function renderRestart(report: RestartReport, { green, red, dim, marks, width }: Style): string {
  const mark = failed(report)
    ? red(marks.bad)
    : report.state === "not-needed"
      ? dim(marks.skipped)
      : green(marks.good);
  return `${mark} ${wrap(sentence(report), Math.max(width, 100), "  ", 2)}`;
}

const BY = {
  metrics: "checked by the hash in its metrics",
  process: "checked by its flags, start time and sockets",
} as const;

function sentence({ state, service, pid, milliseconds, needed, cause, evidence }: RestartReport): string {
  const time = took(milliseconds);
  const process = `process ${pid}${evidence === null ? "" : `; ${BY[evidence]}`}`;
  switch (state) {
    case "not-needed":
      return `The kubelet already runs with it (${process}) and was not restarted.`;
    case "restarted":
      return `${service} was restarted because ${needed}. It was up after ${time} (${process}).`;
    case "running":
      return `The kubelet was restarted and runs with it (${process}).`;
    case "late":
      return `The kubelet does not run with it: ${cause}. It was not restarted within ${time}: restart ${service ?? "it"}, or run this with --restart.`;
    case "rolled-back":
      return `The kubelet did not come up: ${cause}. All files were restored and ${service} was restarted: it runs as before (process ${pid}). The same files are not installed again.`;
    case "down":
      return `The kubelet did not come up within ${time}: ${cause}. See systemctl status ${service} and its log.`;
  }
}
