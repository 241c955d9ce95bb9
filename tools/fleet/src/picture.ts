import { svgText as text } from "@imagecred/workspace";
import type { Row } from "./results.ts";
import { routeOf } from "./routes.ts";
import { type Scenario, scenarioOf } from "./scenarios.ts";

const WIDTH = 860;
const LEFT = 64;
const RIGHT = 20;
const PANEL = 150;
const GAP = 74;
const TOP = 58;

/** The cases to draw, one panel each. */
const PANELS: readonly (readonly [Scenario["id"], Row["route"]])[] = [
  ["boot", "ecr"],
  ["day", "ecr"],
  ["day", "acr"],
];

/** Line and color of a policy, by its name. */
const CLASSES: Readonly<Record<string, string>> = {
  imagecred: "ours",
  "no jitter": "plain",
  "vendor's plugin": "vendor",
};

/** Requests a second over time, ours above the others: an SVG that reads in light and dark pages. */
export function drawPicture(rows: readonly Row[]): string {
  const parts: string[] = [];
  for (const [index, [scenario, route]] of PANELS.entries()) {
    const mine = rows.filter(
      (row) => row.scenario === scenario && row.route === route && CLASSES[row.policy] !== undefined,
    );
    parts.push(panel(TOP + index * (PANEL + GAP), mine, scenario, route));
  }
  const height = TOP + PANELS.length * (PANEL + GAP) - 14;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Requests a second of a simulated fleet, by policy">`,
    "<style>text{font:13px system-ui,sans-serif;fill:#57606a}.heading{font-weight:600;fill:#24292f}.small{font-size:11px}path{fill:none;stroke-width:1.4}.ours{stroke:#1a7f37}.vendor{stroke:#bc4c00}.plain{stroke:#8250df}.limit{stroke:#cf222e;stroke-dasharray:5 4;stroke-width:1}.axis{stroke:#d0d7de;stroke-width:1}",
    "@media (prefers-color-scheme:dark){text{fill:#8b949e}.heading{fill:#e6edf3}.ours{stroke:#3fb950}.vendor{stroke:#f0883e}.plain{stroke:#a371f7}.limit{stroke:#f85149}.axis{stroke:#30363d}}</style>",
    ...legend(),
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function legend(): readonly string[] {
  const entries = [...Object.entries(CLASSES), ["limit of the service", "limit"]];
  return entries.map(([name = "", className = ""], index) => {
    const x = LEFT + index * 150;
    return `<path class="${className}" d="M${x} 20h24"/>${text(x + 30, 24, name)}`;
  });
}

function panel(top: number, rows: readonly Row[], scenario: Scenario["id"], route: Row["route"]): string {
  const { perSecond } = routeOf(route).services[0]?.limit ?? { perSecond: 0 };
  const most = Math.max(perSecond, ...rows.flatMap(({ curve }) => curve));
  const seconds = Math.max(1, ...rows.map(({ curve, curveSeconds }) => curve.length * curveSeconds));
  const [x, y] = [
    (second: number) => LEFT + (second / seconds) * (WIDTH - LEFT - RIGHT),
    (count: number) => top + PANEL - (count / most) * PANEL,
  ];
  const title = `${routeOf(route).name}: ${scenarioOf(scenario).name}, ${new Intl.NumberFormat("en-US").format(rows[0]?.nodes ?? 0)} nodes`;
  // The last curve is drawn on top.
  const lines = rows.toReversed().map(({ policy, curve, curveSeconds }) => {
    const points = curve.map(
      (count, index) => `${x((index + 0.5) * curveSeconds).toFixed(1)} ${y(count).toFixed(1)}`,
    );
    return `<path class="${CLASSES[policy]}" d="M${points.join("L")}"/>`;
  });
  return [
    text(LEFT, top - 12, title, "heading"),
    `<path class="axis" d="M${LEFT} ${top}V${top + PANEL}H${WIDTH - RIGHT}"/>`,
    text(LEFT - 6, top + 9, new Intl.NumberFormat("en-US").format(most), "small", "end"),
    text(LEFT - 6, top + PANEL, "0", "small", "end"),
    `<path class="limit" d="M${LEFT} ${y(perSecond).toFixed(1)}H${WIDTH - RIGHT}"/>`,
    ...ticks(seconds).map(([at, label]) => text(x(at), top + PANEL + 16, label, "small", "middle")),
    ...lines,
    text(LEFT - 6, top + 24, "req/s", "small", "end"),
  ].join("\n");
}

/** Round times on an axis of that many seconds. */
function ticks(seconds: number): readonly (readonly [number, string])[] {
  const steps = [30, 60, 120, 300, 600, 1800, 3600, 4 * 3600];
  const step = steps.find((candidate) => seconds / candidate <= 8) ?? 4 * 3600;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => {
    const at = index * step;
    return [at, step < 3600 ? `${at / 60} min` : `${at / 3600} h`];
  });
}
