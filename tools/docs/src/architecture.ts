import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS } from "@imagecred/workspace";

/** The picture of docs/architecture.md. Run as a program, this file writes it: `npx node tools/docs/src/architecture.ts`. */
export const PICTURE = join(DOCS, "architecture.svg");

const WIDTH = 880;
const HEIGHT = 896;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
  readonly text: string;
}

/** The packages, by directory name. */
const PACKAGES: Readonly<Record<string, Box>> = {
  cli: {
    x: 20,
    y: 44,
    width: 840,
    title: "packages/cli",
    text: "imagecred: init, validate, match, explain, get, doctor, install, uninstall, nodes, hash",
  },
  ecr: { x: 20, y: 150, width: 120, title: "packages/ecr", text: "ECR, ECR Public" },
  acr: { x: 155, y: 150, width: 120, title: "packages/acr", text: "@azure/identity" },
  gcr: { x: 290, y: 150, width: 120, title: "packages/gcr", text: "credential files" },
  node: { x: 725, y: 150, width: 135, title: "packages/node", text: "this machine's files" },
  identities: {
    x: 20,
    y: 256,
    width: 255,
    title: "packages/identities",
    text: "node identities of each cloud",
  },
  "identity-map": {
    x: 290,
    y: 256,
    width: 220,
    title: "packages/identity-map",
    text: "identity of an image: --identities",
  },
  kubelet: { x: 555, y: 256, width: 305, title: "packages/kubelet", text: "config, match, cache" },
  protocol: {
    x: 20,
    y: 362,
    width: 840,
    title: "packages/protocol",
    text: "request, response, the identity rule, HTTP, deadline, retries, secrets, runtimes",
  },
};

const BOX_HEIGHT = 56;

/**
 * The imports between packages, as `cli -> ecr`. An arrow is drawn as `facts` if only that export may be imported. Imports that
 * follow from other arrows are not drawn.
 */
export const DRAWN_ARROWS: Readonly<Record<string, readonly string[]>> = {
  cli: ["acr", "ecr", "gcr", "identity-map", "kubelet", "node", "protocol"],
  ecr: ["identities", "identity-map", "protocol"],
  acr: ["identities", "identity-map", "kubelet", "protocol"],
  gcr: ["identities", "identity-map", "protocol"],
  identities: ["protocol"],
  "identity-map": ["kubelet", "protocol"],
  kubelet: ["protocol"],
  node: ["kubelet", "protocol"],
  protocol: [],
};
const FACTS_ONLY = ["ecr", "acr", "gcr"];
/** Where the line from cli to identity-map passes the plugins. */
const GAP_X = 460;

/** The steps of a request, in order. `core` steps are in the protocol package, the others in the plugin. */
const STEPS: readonly { readonly core: boolean; readonly title: string; readonly text: string }[] = [
  { core: true, title: "serve.ts, run.ts", text: "stdin, deadline, exit code" },
  { core: false, title: "options.ts", text: "arguments, environment, files" },
  { core: true, title: "wire/request.ts", text: "decode and check" },
  { core: false, title: "mirrors.ts, registry.ts", text: "is it our cloud's host?" },
  { core: true, title: "identity/with-identity.ts", text: "pod or node" },
  { core: false, title: "identities.ts, identity/", text: "one file each" },
  { core: false, title: "exchange.ts", text: "identity to credential" },
  { core: true, title: "wire/response.ts", text: "cache duration, one line" },
];
const FIRST_STEP_Y = 490;
const STEP_HEIGHT = 38;
const STEP_GAP = 10;
const STEPS_X = 270;
const STEPS_WIDTH = 330;

const STYLE = `text{font:13px system-ui,sans-serif;fill:#57606a}.small{font-size:12px}.title{font-weight:600;fill:#24292f}.head{font:600 15px system-ui,sans-serif;fill:#24292f}.box{fill:#f6f8fa;stroke:#d0d7de}.core{fill:#dafbe1;stroke:#4ac26b}line,.dash{stroke:#57606a;fill:none;stroke-width:1.3}.dash{stroke-dasharray:4 3}.tip{fill:#57606a}
@media (prefers-color-scheme:dark){text{fill:#8b949e}.title,.head{fill:#e6edf3}.box{fill:#161b22;stroke:#30363d}.core{fill:#12261e;stroke:#238636}line,.dash{stroke:#8b949e}.tip{fill:#8b949e}}`;

/** The picture as SVG, for light and dark pages. */
export function drawArchitecture(): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Packages and their imports, and the steps of one request in a plugin">`,
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
    `<style>${STYLE}</style>`,
    ...house(),
    ...request(),
    "</svg>\n",
  ].join("\n");
}

function house(): string[] {
  const lines = [text(20, 26, "Packages and their imports", "head", "start")];
  for (const [name, { x, y, width, title, text: below }] of Object.entries(PACKAGES)) {
    lines.push(rectangle(x, y, width, BOX_HEIGHT, name === "protocol"));
    lines.push(text(x + width / 2, y + 23, title, "title"), text(x + width / 2, y + 42, below));
  }
  for (const [from, targets] of Object.entries(DRAWN_ARROWS))
    for (const to of targets) if (!follows(from, to)) lines.push(arrow(from, to));
  lines.push(text(147, 129, "facts only", "small"), text(282, 129, "facts only", "small"));
  return lines;
}

/** Whether one package reaches another through other packages, without `facts` arrows. */
function follows(from: string, to: string): boolean {
  return (DRAWN_ARROWS[from] ?? [])
    .filter((next) => next !== to && !(from === "cli" && FACTS_ONLY.includes(next)))
    .some((next) => (DRAWN_ARROWS[next] ?? []).includes(to) || follows(next, to));
}

function arrow(from: string, to: string): string {
  const [a, b] = [boxOf(from), boxOf(to)];
  const dashed = from === "cli" && FACTS_ONLY.includes(to);
  // Side by side.
  if (a.y === b.y) return line(a.x + a.width, a.y + BOX_HEIGHT / 2, b.x - 2, b.y + BOX_HEIGHT / 2);
  const [left, right] = [Math.max(a.x, b.x), Math.min(a.x + a.width, b.x + b.width)];
  if (left < right) {
    const x = from === "cli" && to === "identity-map" ? GAP_X : (left + right) / 2;
    return line(x, a.y + BOX_HEIGHT, x, b.y - 2, dashed);
  }
  const ends = a.x < b.x ? [a.x + a.width - 20, b.x + 20] : [a.x + 20, b.x + b.width - 20];
  const [start = 0, end = 0] = ends;
  return line(start, a.y + BOX_HEIGHT, end, b.y - 2);
}

function request(): string[] {
  const stepY = (index: number) => FIRST_STEP_Y + index * (STEP_HEIGHT + STEP_GAP);
  const bottom = stepY(STEPS.length - 1) + STEP_HEIGHT;
  const middle = (index: number) => stepY(index) + STEP_HEIGHT / 2;
  const right = STEPS_X + STEPS_WIDTH;
  const lines = [
    text(20, 466, "One request (green: the protocol package, the same for every plugin)", "head", "start"),
    rectangle(20, FIRST_STEP_Y, 120, bottom - FIRST_STEP_Y),
    ...["kubelet", "exec, 60 s", "cache by", "cacheKeyType"].map((words, index) =>
      text(80, FIRST_STEP_Y + 22 + index * 17, words, index === 0 ? "title" : ""),
    ),
  ];
  for (const [index, { core, title, text: right_ }] of STEPS.entries()) {
    const y = stepY(index);
    lines.push(rectangle(STEPS_X, y, STEPS_WIDTH, STEP_HEIGHT, core));
    lines.push(
      text(STEPS_X + 12, y + 24, title, "title", "start"),
      text(right - 12, y + 24, right_, "small", "end"),
    );
    if (index > 0) lines.push(line(STEPS_X + 30, y - STEP_GAP, STEPS_X + 30, y - 1));
  }
  lines.push(
    line(140, middle(0), STEPS_X - 2, middle(0)),
    text(205, middle(0) - 6, "request on stdin", "small"),
  );
  const last = middle(STEPS.length - 1);
  lines.push(line(STEPS_X - 2, last, 142, last), text(205, last - 6, "response on stdout", "small"));
  const failing = middle(4);
  lines.push(line(STEPS_X - 2, failing, 142, failing));
  lines.push(
    text(205, failing - 22, "any error: one line", "small"),
    text(205, failing - 6, "on stderr, exit 1", "small"),
  );
  const [identity, exchange] = [middle(5), middle(6)];
  for (const [y, title, below] of [
    [identity - 74, "metadata, STS, Entra", "link-local, or TLS"],
    [exchange + 8, "registry API", "TLS, opened early"],
  ] as const) {
    lines.push(
      rectangle(690, y, 170, BOX_HEIGHT),
      text(775, y + 23, title, "title"),
      text(775, y + 42, below),
    );
  }
  lines.push(line(right, identity, 688, identity - 46), text(645, identity - 34, "identity", "small"));
  lines.push(line(right, exchange + 6, 688, exchange + 34), text(640, exchange + 40, "exchange", "small"));
  lines.push(
    `<path class="dash" d="M${right} ${identity + 10} C ${right + 50} ${identity + 14}, ${right + 50} ${exchange + 18}, 688 ${exchange + 20}" marker-end="url(#a)"/>`,
  );
  return lines;
}

function boxOf(name: string): Box {
  const box = PACKAGES[name];
  if (box === undefined) throw new Error(`no box for packages/${name}`);
  return box;
}

function rectangle(x: number, y: number, width: number, height: number, core = false): string {
  return `<rect class="box${core ? " core" : ""}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, dashed = false): string {
  return `<line${dashed ? ' class="dash"' : ""} x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" marker-end="url(#a)"/>`;
}

function text(x: number, y: number, words: string, className = "", anchor = "middle"): string {
  return `<text class="${className}" x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

if (import.meta.main) writeFileSync(PICTURE, drawArchitecture());
