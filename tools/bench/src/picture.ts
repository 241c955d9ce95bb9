import { svgText as text } from "@imagecred/workspace";
import { rowLabel } from "./report.ts";
import type { Results, Row, Table } from "./results.ts";

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 90;
const BAR = 18;
const GAP = 6;
const GROUP_GAP = 34;

/** Wall time of every executable as bars (shorter is better), in an SVG for light and dark pages. */
export function drawPicture({ tables, machine }: Results): string {
  const longest = Math.max(...tables.flatMap(({ rows }) => rows.map(({ wallMs }) => wallMs)));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const parts: string[] = [];
  let y = 46;
  for (const table of tables) {
    parts.push(text(12, y, heading(table), "heading"));
    y += 12;
    for (const row of table.rows) {
      parts.push(bar(y, row, scale));
      y += BAR + GAP;
    }
    y += GROUP_GAP;
  }
  const height = y;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Wall time per credential request">`,
    "<style>text{font:13px system-ui,sans-serif;fill:#57606a}.heading{font-weight:600;fill:#24292f}.ours{fill:#1a7f37}.other{fill:#9a6700}.node{fill:#6e7781}.number{font-variant-numeric:tabular-nums}",
    "@media (prefers-color-scheme:dark){text{fill:#8b949e}.heading{fill:#e6edf3}.ours{fill:#3fb950}.other{fill:#d29922}.node{fill:#8b949e}}</style>",
    text(
      12,
      20,
      "Wall time of one credential request, whole process, median (ms); shorter is better",
      "heading",
    ),
    ...parts,
    text(12, height - 10, machine, ""),
    "</svg>\n",
  ].join("\n");
}

function heading({ title, latencyMs }: Table): string {
  return latencyMs === 0 ? title : `${title}, ${latencyMs} ms on every request`;
}

function bar(y: number, row: Row, scale: number): string {
  const width = Math.max(1, row.wallMs * scale);
  const kind = row.ours ? (row.label === "static" ? "ours" : "node") : "other";
  return [
    text(LEFT - 8, y + 14, rowLabel(row), "", "end"),
    `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>`,
    text(LEFT + width + 6, y + 14, row.wallMs.toFixed(1), "number"),
  ].join("");
}
