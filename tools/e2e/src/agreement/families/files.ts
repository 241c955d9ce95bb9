import { readFile } from "node:fs/promises";
import { kubeletRequest } from "../../request.ts";
import { damaged, mutatedJson, oddJson, oddText } from "../odd.ts";
import type { Random } from "../random.ts";
import type { Base, Family, Lane } from "../trial.ts";

/** Variables that name a file with an identity. */
const FILE_VARIABLES = [
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AZURE_CLIENT_CERTIFICATE_PATH",
  "AZURE_FEDERATED_TOKEN_FILE",
  "GOOGLE_APPLICATION_CREDENTIALS",
];

/** The files of identities: azure.json, AWS's profiles, Google's credential files, tokens, certificates. */
export const fileFamily: Family = {
  name: "files",
  weight: 4,
  async make(lane) {
    const [base, place] = await baseWithFile(lane);
    const path = typeof place === "number" ? (base.args[place] ?? "") : (base.env[place] ?? "");
    const content = await readFile(path, "utf8");
    const [how, changed] = await variation(content, lane);
    const args = base.args.map((arg, index) => (index === place ? changed : arg));
    const env = typeof place === "number" ? {} : { [place]: changed };
    return {
      ...base,
      args,
      what: `${base.what}: ${place} ${how}`,
      limitSeconds: 3,
      env: { ...base.env, ...env },
      stdin: kubeletRequest(base.image, base.request),
    };
  },
};

/** A base that has a file, and what names it: a variable or the index of an argument. */
async function baseWithFile(lane: Lane): Promise<readonly [Base, string | number]> {
  for (;;) {
    const base = await lane.base();
    const places = [
      ...FILE_VARIABLES.filter((name) => base.env[name] !== undefined),
      ...base.args.flatMap((arg, index) => (arg.startsWith("/") ? [index] : [])),
    ];
    if (places.length > 0) return [base, lane.random.pick(places)];
  }
}

/** Creates a file of another kind or with other content. @returns a description, and the path */
async function variation(content: string, lane: Lane): Promise<readonly [string, string]> {
  const { random } = lane;
  if (random.chance(0.1)) {
    const path = random.pick([
      "/nonexistent/x",
      "/etc",
      "/etc/passwd/x",
      "/dev/null",
      "",
      ".",
      `/${"a".repeat(300)}`,
      "/dev/full",
    ]);
    return [`is ${JSON.stringify(path)}`, path];
  }
  const [how, text] = changedContent(content, random);
  return [`${how} ${excerpt(text)}`, await lane.file(text)];
}

function excerpt(text: string | Uint8Array): string {
  return typeof text === "string" && text.length < 2000 ? JSON.stringify(text) : `${text.length} bytes`;
}

function changedContent(content: string, random: Random): readonly [string, string | Uint8Array] {
  const document = jsonOf(content);
  if (document !== undefined && random.chance(0.7)) {
    return random.chance(0.25)
      ? ["odd JSON", oddJson(document, random)]
      : ["another value", JSON.stringify(mutatedJson(document, random), null, random.below(3))];
  }
  switch (random.below(8)) {
    case 0:
      return ["damaged", damaged(Buffer.from(content), random)];
    case 1:
      return ["empty", ""];
    case 2:
      return ["CRLF", content.replaceAll("\n", "\r\n")];
    case 3:
      return ["white space around", `\n \n${content}\n\n `];
    case 4:
      return ["a byte order mark", `\ufeff${content}`];
    case 5:
      return ["cut", content.slice(0, random.below(content.length + 1))];
    default:
      return ["a line changed", changedLine(content, random)];
  }
}

function changedLine(content: string, random: Random): string {
  const lines = content.split("\n");
  const at = random.below(lines.length);
  const line = lines[at] ?? "";
  const changed = random.pick([
    "",
    line.toUpperCase(),
    ` ${line}`,
    `${line} # comment`,
    `${line};comment`,
    `#${line}`,
    `${line}\n${line}`,
    line.replace("=", ":"),
    line.replace(" = ", "="),
    line.replace(/=.*/, "="),
    line.replace(/=.*/, () => `= ${oddText(random)}`),
    line.replace("[", ""),
    line.replace("]", ""),
    `[profile default]\nregion = us-east-1\n${line}`,
    `s3 =\n  nested = 1\n${line}`,
    `role_arn = ${oddText(random)}\n${line}`,
    `${line}\nsource_profile = puller`,
    `${line}\ncredential_process = ${oddText(random)}`,
    `${line}\ncredential_source = ${oddText(random)}`,
    oddText(random),
  ]);
  return [...lines.slice(0, at), changed, ...lines.slice(at + 1)].join("\n");
}

function jsonOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
