import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS } from "@imagecred/workspace";
import { type Area, Drawing } from "./drawing.ts";

/** The picture of docs/architecture.md. Run as a program, this file writes it: `npx node tools/docs/src/architecture.ts`. */
export const PICTURE = join(DOCS, "architecture.svg");

const WIDTH = 880;
const HEIGHT = 896;

interface Box extends Omit<Area, "height"> {
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
  node: { x: 725, y: 150, width: 135, title: "packages/node", text: "what runs here" },
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
    text: "identity for each image",
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
/** The point where the line from cli to identity-map passes the plugins. */
const GAP_X = 460;

/** The steps of a request, in order. `core` steps are in the protocol package, the others in the plugin. */
const STEPS: readonly { readonly core: boolean; readonly title: string; readonly text: string }[] = [
  { core: true, title: "serve.ts, run.ts", text: "stdin, deadline, exit code" },
  { core: false, title: "options.ts", text: "arguments, environment, files" },
  { core: true, title: "wire/request.ts", text: "decode and check" },
  { core: false, title: "mirrors.ts, registry.ts", text: "our cloud's host?" },
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

/** The picture, for light and dark pages. */
export function drawArchitecture(): Drawing {
  const picture = new Drawing(
    WIDTH,
    HEIGHT,
    "Packages and their imports, and the steps of one request in a plugin",
  );
  packages(picture);
  request(picture);
  return picture;
}

function packages(picture: Drawing): void {
  picture.text(20, 26, "Packages and their imports", "head", "start");
  for (const [name, { title, text, ...place }] of Object.entries(PACKAGES))
    picture.titled({ ...place, height: BOX_HEIGHT }, title, [text], name === "protocol" ? "core" : "plain");
  for (const [from, targets] of Object.entries(DRAWN_ARROWS))
    for (const to of targets) if (!follows(from, to)) arrow(picture, from, to);
  picture.text(147, 129, "facts only", "small");
  picture.text(282, 129, "facts only", "small");
}

/** Whether one package reaches another through other packages, without `facts` arrows. */
function follows(from: string, to: string): boolean {
  return (DRAWN_ARROWS[from] ?? [])
    .filter((next) => next !== to && !(from === "cli" && FACTS_ONLY.includes(next)))
    .some((next) => (DRAWN_ARROWS[next] ?? []).includes(to) || follows(next, to));
}

function arrow(picture: Drawing, from: string, to: string): void {
  const [a, b] = [boxOf(from), boxOf(to)];
  const dashed = from === "cli" && FACTS_ONLY.includes(to);
  // In the same row.
  if (a.y === b.y) {
    picture.arrow(a.x + a.width, a.y + BOX_HEIGHT / 2, b.x - 2, b.y + BOX_HEIGHT / 2);
    return;
  }
  const [left, right] = [Math.max(a.x, b.x), Math.min(a.x + a.width, b.x + b.width)];
  if (left < right) {
    const x = from === "cli" && to === "identity-map" ? GAP_X : (left + right) / 2;
    picture.arrow(x, a.y + BOX_HEIGHT, x, b.y - 2, dashed);
    return;
  }
  const [start, end] = a.x < b.x ? [a.x + a.width - 20, b.x + 20] : [a.x + 20, b.x + b.width - 20];
  picture.arrow(start, a.y + BOX_HEIGHT, end, b.y - 2);
}

function request(picture: Drawing): void {
  const stepY = (index: number) => FIRST_STEP_Y + index * (STEP_HEIGHT + STEP_GAP);
  const bottom = stepY(STEPS.length - 1) + STEP_HEIGHT;
  const middle = (index: number) => stepY(index) + STEP_HEIGHT / 2;
  const right = STEPS_X + STEPS_WIDTH;
  picture.text(
    20,
    466,
    "One request (green: the protocol package, the same for every plugin)",
    "head",
    "start",
  );
  picture.box({ x: 20, y: FIRST_STEP_Y, width: 120, height: bottom - FIRST_STEP_Y });
  for (const [index, words] of ["kubelet", "exec, 60 s", "cache by", "cacheKeyType"].entries())
    picture.text(80, FIRST_STEP_Y + 22 + index * 18, words, index === 0 ? "title" : "plain");
  for (const [index, { core, title, text }] of STEPS.entries()) {
    const y = stepY(index);
    const area = { x: STEPS_X, y, width: STEPS_WIDTH, height: STEP_HEIGHT };
    picture.box(area, core ? "core" : "plain");
    picture.text(STEPS_X + 12, y + 24, title, "title", "start", area);
    picture.text(right - 12, y + 24, text, "small", "end", area);
    if (index > 0) picture.arrow(STEPS_X + 30, y - STEP_GAP, STEPS_X + 30, y - 1);
  }
  picture.arrow(140, middle(0), STEPS_X - 2, middle(0));
  picture.text(205, middle(0) - 6, "request on stdin", "small");
  const last = middle(STEPS.length - 1);
  picture.arrow(STEPS_X, last, 142, last);
  picture.text(205, last - 6, "response on stdout", "small");
  const failing = middle(4);
  picture.arrow(STEPS_X, failing, 142, failing);
  picture.text(205, failing - 22, "any error: one line", "small");
  picture.text(205, failing - 6, "on stderr, exit 1", "small");
  calls(picture, right, middle(5), middle(6));
}

/** The two kinds of servers that a plugin calls, and where it calls them. */
function calls(picture: Drawing, right: number, identity: number, exchange: number): void {
  const box = { x: 690, width: 170, height: BOX_HEIGHT };
  picture.titled({ ...box, y: identity - 74 }, "metadata, STS, Entra", ["link-local, or TLS"]);
  picture.titled({ ...box, y: exchange + 8 }, "registry API", ["TLS, opened early"]);
  picture.arrow(right, identity - 6, box.x - 2, identity - 46);
  picture.text(630, identity - 38, "identity", "small");
  picture.arrow(right, exchange + 6, box.x - 2, exchange + 40);
  picture.text(642, exchange + 46, "exchange", "small");
  picture.path(
    `M${right} ${identity + 10} C ${right + 50} ${identity + 14}, ${right + 50} ${exchange + 18}, ${box.x - 2} ${exchange + 20}`,
    true,
  );
}

function boxOf(name: string): Box {
  const box = PACKAGES[name];
  if (box === undefined) throw new Error(`no box for packages/${name}`);
  return box;
}

if (import.meta.main) writeFileSync(PICTURE, drawArchitecture().toString());
