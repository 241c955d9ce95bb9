import type { CredentialProviderConfig } from "@imagecred/kubelet";
import type { Hit, Lint } from "./types.ts";
import { shown } from "./words.ts";

/**
 * Endings, word by word, of names whose value is a secret: PASSWORD, but not PASSWORD_FILE; TOKEN, but neither
 * TOKEN_VALIDATION nor ID_TOKEN_PROVIDER.
 */
const SECRET_ENDINGS: readonly (readonly string[])[] = [
  ["SECRET"],
  ["PASSWORD"],
  ["PASSWD"],
  ["PASSPHRASE"],
  ["TOKEN"],
  ["CREDENTIAL"],
  ["CREDENTIALS"],
  ...["ACCESS", "API", "PRIVATE", "SECRET", "ACCOUNT", "SIGNING", "ENCRYPTION", "SHARED", "SUBSCRIPTION"].map(
    (word) => [word, "KEY"],
  ),
  ["APIKEY"],
];

/** Variables that contain the name of a file, although they end like a secret. */
const FILES_BY_NAME = ["GOOGLE_APPLICATION_CREDENTIALS"];

const SECRET_VALUES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, "a JSON Web Token"],
  [/^\s*\{.*"private_key"\s*:/s, "a service account key"],
  [/:\/\/[^/@\s:]+:[^/@\s]+@/, "a URL with a password"],
];

/** Values that are not secrets, whatever their name: switches, numbers, paths, addresses. */
const NOT_SECRET =
  /^(?:|true|false|yes|no|on|off|enabled|disabled|\d{1,5}|(?:\/[\w.@-]+)+\/?|[a-z]+:\/\/[^@]*)$/i;

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
}

function isSecretName(name: string): boolean {
  if (FILES_BY_NAME.includes(name)) return false;
  const words = wordsOf(name);
  return SECRET_ENDINGS.some((ending) =>
    ending.every((word, index) => words.at(index - ending.length) === word),
  );
}

function secretKind(name: string, value: string): string | undefined {
  const shape = SECRET_VALUES.find(([pattern]) => pattern.test(value));
  if (shape !== undefined) return shape[1];
  return isSecretName(name) && !NOT_SECRET.test(value) ? "a secret, judging by its name" : undefined;
}

const secretInEnv: Lint = {
  code: "secret-in-env",
  severity: "warning",
  explanation:
    "The file is readable on every node, every process with the plugin's user can read its environment, and if kind is missing the kubelet writes the whole file to its log.",
  check: ({ providers }) =>
    providers.flatMap(({ env, args }, index) => [
      ...(env ?? []).flatMap(({ name, value }, envIndex): readonly Hit[] => {
        const kind = secretKind(name, value);
        if (kind === undefined) return [];
        return [
          {
            at: `providers[${index}].env[${envIndex}].value`,
            message: `the value of ${shown(name)} is ${kind}`,
            fix: "use the node's or the pod's identity, or a variable with the name of a file that only root can read",
          },
        ];
      }),
      ...argumentHits(args ?? [], index),
    ]),
};

function argumentHits(args: readonly string[], index: number): readonly Hit[] {
  return args.flatMap((_, argIndex): readonly Hit[] => {
    const { name, value } = argumentAt(args, argIndex);
    const kind = secretKind(name, value);
    if (kind === undefined) return [];
    return [
      {
        at: `providers[${index}].args[${argIndex}]`,
        message: `argument ${argIndex + 1} is ${kind}`,
        fix: "use the name of a file that only root can read: every process on the node can read arguments",
      },
    ];
  });
}

/** Name and value of `--name=value`, or of the value after `--name`. */
function argumentAt(
  args: readonly string[],
  index: number,
): { readonly name: string; readonly value: string } {
  const word = args[index] ?? "";
  const [, inlineName, inlineValue] = /^--?([\w-]+)=(.*)$/s.exec(word) ?? [];
  if (inlineName !== undefined) return { name: inlineName, value: inlineValue ?? "" };
  const before = /^--?([\w-]+)$/.exec(args[index - 1] ?? "")?.[1];
  return { name: word.startsWith("-") ? "" : (before ?? ""), value: word };
}

/** Values of variables and arguments that are secrets by these rules, to redact in all output. */
export function secretsOf({ providers }: CredentialProviderConfig): readonly string[] {
  return providers.flatMap(({ env, args }) =>
    [...(env ?? []), ...(args ?? []).map((_, index) => argumentAt(args ?? [], index))].flatMap(
      ({ name, value }) => (secretKind(name, value) === undefined ? [] : [value]),
    ),
  );
}

export const SECRET_LINTS: readonly Lint[] = [secretInEnv];
