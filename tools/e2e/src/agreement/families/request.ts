import { kubeletRequest } from "../../request.ts";
import { damaged, mutatedJson, oddJson, oddText } from "../odd.ts";
import type { Random } from "../random.ts";
import type { Family } from "../trial.ts";

/** Requests that the kubelet would never write to stdin. */
export const requestFamily: Family = {
  name: "requests",
  weight: 3,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const good = kubeletRequest(base.image, base.request);
    const [what, stdin] = variation(good, random);
    return { ...base, what: `${base.what}: ${what}`, stdin };
  },
};

function variation(good: string, random: Random): readonly [string, string | Uint8Array] {
  const document: unknown = JSON.parse(good);
  switch (random.below(4)) {
    case 0:
      return ["bytes damaged", damaged(Buffer.from(good), random)];
    case 1:
      return ["odd JSON", oddJson(document, random)];
    default:
      return ["another value", JSON.stringify(mutatedJson(document, random))];
  }
}

/** Images whose names or hosts are almost right. */
export const imageFamily: Family = {
  name: "images",
  weight: 2,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const image = oddImage(base.image, random);
    const what = `${base.what}: image ${JSON.stringify(image)}`;
    return { ...base, what, stdin: kubeletRequest(image, base.request) };
  },
};

const PIECES = [
  ".",
  "..",
  "-",
  ":",
  ":443",
  ":0",
  ":x",
  "/",
  "//",
  "@",
  "?",
  "#",
  "%",
  "*",
  "_",
  " ",
  "\t",
  "é",
  "İ",
  "ß",
];
const MORE = [
  "[",
  "]",
  "\\",
  "~",
  "\u0000",
  "\u200b",
  "ａ",
  "．",
  "evil",
  ".com",
  "A",
  "1",
  "@sha256:00",
  ":latest",
];

function oddImage(image: string, random: Random): string {
  if (random.chance(0.1)) return oddText(random);
  const at = random.below(image.length + 1);
  const piece = random.pick([...PIECES, ...MORE]);
  switch (random.below(4)) {
    case 0:
      return image.slice(0, at) + image.slice(at + 1);
    case 1:
      return image.slice(0, at) + image.slice(at).toUpperCase();
    default:
      return image.slice(0, at) + piece + image.slice(at + (random.chance(0.3) ? 1 : 0));
  }
}
