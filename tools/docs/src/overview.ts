import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS } from "@imagecred/workspace";
import { type Area, Drawing } from "./drawing.ts";

/** The picture of docs/README.md. Run as a program, this file writes it: `npx node tools/docs/src/overview.ts`. */
export const OVERVIEW = join(DOCS, "overview.svg");

const WIDTH = 900;
const HEIGHT = 676;

const NODE: Area = { x: 16, y: 112, width: 534, height: 388 };
const CLOUD: Area = { x: 636, y: 112, width: 248, height: 388 };

const API_SERVER: Area = { x: 40, y: 44, width: 240, height: 42 };
const KUBELET: Area = { x: 40, y: 150, width: 180, height: 78 };
const CONFIG: Area = { x: 84, y: 282, width: 196, height: 78 };
const RUNTIME: Area = { x: 40, y: 418, width: 240, height: 60 };
const PLUGIN: Area = { x: 340, y: 150, width: 196, height: 96 };
const FILES: Area = { x: 340, y: 318, width: 196, height: 78 };
const METADATA: Area = { x: 652, y: 150, width: 216, height: 60 };
const TOKENS: Area = { x: 652, y: 230, width: 216, height: 60 };
const EXCHANGE: Area = { x: 652, y: 310, width: 216, height: 60 };
const REGISTRY: Area = { x: 652, y: 418, width: 216, height: 60 };

/** The commands of `imagecred` and their purpose, in the order in which users need them. */
export const COMMANDS: readonly (readonly [command: string, about: string])[] = [
  ["init", "writes the configuration for your clouds"],
  ["validate", "checks it as the kubelet does, and for mistakes"],
  ["install", "puts it on the node, with executables and flags"],
  ["match", "which plugins are run for an image, and why"],
  ["get", "runs the plugins as the kubelet does"],
  ["doctor", "follows one image from 1 to 7"],
  ["nodes", "which configuration each kubelet runs with"],
  ["explain", "sums one image up, and runs nothing"],
];

/** The whole system on one screen: one pull, from the pod to the registry, and where `imagecred` acts. */
export function drawOverview(): Drawing {
  const picture = new Drawing(
    WIDTH,
    HEIGHT,
    "One pull: the kubelet matches the image, runs a plugin, which gets an identity and exchanges it for a credential of the registry; and where the commands of imagecred act",
  );
  picture.text(16, 26, "How a node pulls a private image", "head", "start");
  place(picture, NODE, "on the node");
  place(picture, CLOUD, "in the cloud");
  boxes(picture);
  steps(picture);
  tools(picture);
  return picture;
}

function place(picture: Drawing, area: Area, name: string): void {
  picture.box(area, "place");
  picture.text(area.x + area.width - 12, area.y + 20, name, "small", "end", area);
}

function boxes(picture: Drawing): void {
  picture.titled(API_SERVER, "Kubernetes API server", []);
  picture.titled(KUBELET, "kubelet", ["matches, runs plugins,", "caches responses"]);
  picture.titled(CONFIG, "CredentialProviderConfig", ["matchImages, args, env,", "tokenAttributes"]);
  picture.titled(RUNTIME, "container runtime", ["containerd, CRI-O"]);
  picture.titled(
    PLUGIN,
    "plugin",
    ["ecr-credential-provider,", "acr-... or gcr-...", "one run per request"],
    "core",
  );
  picture.titled(FILES, "files and variables", ["keys, certificates,", "profiles, credential files"]);
  picture.titled(METADATA, "metadata server", ["the node's identity"]);
  picture.titled(TOKENS, "AWS STS, Entra, Google STS", ["token for an identity"]);
  picture.titled(EXCHANGE, "API of ECR or ACR", ["identity for a password"]);
  picture.titled(REGISTRY, "registry", ["ECR, ACR, Artifact Registry"]);
}

function steps(picture: Drawing): void {
  const { x, width } = KUBELET;
  const right = x + width;
  picture.arrow(100, API_SERVER.y + API_SERVER.height, 100, KUBELET.y - 2);
  picture.text(108, 103, "1 pod; its service account token", "small", "start");
  picture.arrow(170, CONFIG.y, 170, KUBELET.y + KUBELET.height + 2);
  picture.text(178, 262, "2 match", "small", "start");
  picture.arrow(right, 170, PLUGIN.x - 2, 170);
  picture.text(280, 164, "3 request, stdin", "small");
  picture.arrow(PLUGIN.x, 210, right + 2, 210);
  picture.text(280, 228, "6 response, stdout", "small");
  const plugin = PLUGIN.x + PLUGIN.width;
  picture.arrow(plugin, 180, METADATA.x - 2, 180);
  picture.text(593, 174, "4 identity", "small");
  picture.arrow(PLUGIN.x + 95, PLUGIN.y + PLUGIN.height, PLUGIN.x + 95, FILES.y - 2);
  picture.text(PLUGIN.x + 103, 286, "4 or from here", "small", "start");
  picture.path(`M${plugin} 220 H 566 V 260 H ${TOKENS.x - 2}`);
  picture.path(`M566 260 V 340 H ${EXCHANGE.x - 2}`);
  picture.text(602, 254, "5 exchange", "small");
  picture.path(`M62 ${KUBELET.y + KUBELET.height} V ${RUNTIME.y - 2}`);
  picture.text(70, 402, "7 image, username, password", "small", "start");
  picture.arrow(RUNTIME.x + RUNTIME.width, 448, REGISTRY.x - 2, 448);
  picture.text(438, 442, "7 pull", "small");
}

/** The commands of `imagecred`: next to the objects that they work on, and in a list below. */
function tools(picture: Drawing): void {
  pill(picture, 204, 353, "init");
  pill(picture, 84, 353, "validate");
  pill(picture, 40, 143, "match");
  pill(picture, 340, 143, "get");
  pill(picture, 340, 103, "install");
  pill(picture, 214, 36, "nodes");
  const y = 512;
  picture.box({ x: 40, y, width: 828, height: 24 }, "tool");
  picture.text(52, y + 16, "imagecred doctor IMAGE", "code", "start");
  picture.text(856, y + 16, "the whole way, step by step, and what to do where it stops", "small", "end");
  for (const [index, [command, about]] of COMMANDS.entries()) {
    const [column, row] = [index % 2, Math.floor(index / 2)];
    const x = 40 + column * 424;
    picture.text(x, 572 + row * 26, command, "code", "start");
    picture.text(x + 76, 572 + row * 26, about, "small", "start");
  }
}

/** A command's name on the edge of the object that it works on. */
function pill(picture: Drawing, x: number, y: number, command: string): void {
  const area = { x, y, width: command.length * 7.4 + 14, height: 18 };
  picture.box(area, "tool");
  picture.text(x + area.width / 2, y + 13, command, "code", "middle", area);
}

if (import.meta.main) writeFileSync(OVERVIEW, drawOverview().toString());
