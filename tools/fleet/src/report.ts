import type { Row, ServiceRow } from "./results.ts";
import { routeOf } from "./routes.ts";
import { type Scenario, scenarioOf } from "./scenarios.ts";

const NUMBER = new Intl.NumberFormat("en-US");

/** A number as the tables print it: `12,345`. */
export const formatCount = (count: number): string => NUMBER.format(Math.round(count));

/** A share as the tables print it: `58.8 %`, `0 %`, and `< 0.1 %` for smaller values above 0. */
export function formatShare(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.001 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`;
}

/** Seconds as the tables print them: `0.1 s`, `75 s`, `4 min 30 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 120) return `${rounded} s`;
  const rest = rounded % 60;
  return rest === 0 ? `${Math.floor(rounded / 60)} min` : `${Math.floor(rounded / 60)} min ${rest} s`;
}

/** Rows of one scenario, grouped by route, as a table in Markdown, which a terminal shows as well. */
export function renderScenario(scenario: Scenario["id"], rows: readonly Row[]): string {
  const mine = rows.filter((row) => row.scenario === scenario);
  const { pulls } = scenarioOf(scenario);
  const requests = pulls === undefined ? "requests" : "requests an hour";
  const cells = mine.map((row) => {
    const first = mine.find(({ route }) => route === row.route) === row;
    return [
      first ? `**${routeOf(row.route).name}**, ${formatCount(row.nodes)} nodes` : "",
      row.policy,
      each(row, ({ requests: total, requestsPerHour }) =>
        formatCount(pulls === undefined ? total : requestsPerHour),
      ),
      each(row, ({ peak }) => formatCount(peak)),
      each(row, ({ throttledShare }) => formatShare(throttledShare)),
      formatSeconds(row.wait.p50),
      formatSeconds(row.wait.p99),
      row.unmet > 0 ? `${formatCount(row.unmet)} nodes never` : formatSeconds(row.wait.max),
    ];
  });
  const head = ["", "policy", requests, "busiest second", "throttled", "p50", "p99", "last"];
  return `${aligned([head, head.map((_, column) => (column < 2 ? "---" : "---:")), ...cells])}\n`;
}

/** One value for each service that the route calls. */
function each({ services }: Row, value: (service: ServiceRow) => string): string {
  return services.map(value).join(" · ");
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  return lines
    .map((cells, line) => {
      const padded = cells.map((cell, column) => {
        const width = widths[column] ?? 0;
        if (line === 1) return cell === "---" ? "-".repeat(width) : `${"-".repeat(width - 1)}:`;
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      });
      return `| ${padded.join(" | ")} |`;
    })
    .join("\n");
}
