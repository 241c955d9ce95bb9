import { shown } from "./patterns.ts";
import type { Hit, Lint } from "./types.ts";

/** Names that say that their value is one. What names a file or an address is not. */
const SECRET_NAME = /(?:SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE_?KEY|ACCESS_?KEY|API_?KEY|CREDENTIALS?)/i;
const NO_SECRET_NAME =
  /(?:_FILE|_PATH|_DIR|_URI|_URL|_ARN|_ID|_NAME|_ENDPOINT|_TTL|_TIMEOUT)$|^GOOGLE_APPLICATION_CREDENTIALS$/i;

const SECRET_VALUES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, "a JSON Web Token"],
  [/^\s*\{.*"private_key"\s*:/s, "a service account key"],
  [/:\/\/[^/@\s:]+:[^/@\s]+@/, "a URL with a password"],
];

function secretKind(name: string, value: string): string | undefined {
  const shape = SECRET_VALUES.find(([pattern]) => pattern.test(value));
  if (shape !== undefined) return shape[1];
  if (value === "" || !SECRET_NAME.test(name) || NO_SECRET_NAME.test(name)) return undefined;
  return "a secret by its name";
}

const secretInEnv: Lint = {
  code: "secret-in-env",
  severity: "warning",
  explanation:
    "The file is readable on every node, every process with the plugin's identity can read its environment, and a kubelet that finds no kind in the file prints all of it into its log.",
  check: ({ providers }) =>
    providers.flatMap(({ env, args }, index) => [
      ...(env ?? []).flatMap(({ name, value }, envIndex): readonly Hit[] => {
        const kind = secretKind(name, value);
        if (kind === undefined) return [];
        return [
          {
            at: `providers[${index}].env[${envIndex}].value`,
            message: `the value of ${shown(name)} is ${kind}`,
            fix: "use the node's or the pod's identity, or a file that only root can read and that a variable names",
          },
        ];
      }),
      ...(args ?? []).flatMap((word, argIndex): readonly Hit[] => {
        const [flag = "", ...rest] = word.split("=");
        const kind = secretKind(
          flag.startsWith("-") ? flag.replaceAll("-", "_") : "",
          rest.length > 0 ? rest.join("=") : word,
        );
        if (kind === undefined || (rest.length === 0 && kind === "a secret by its name")) return [];
        return [
          {
            at: `providers[${index}].args[${argIndex}]`,
            message: `argument ${argIndex + 1} is ${kind}`,
            fix: "every process on the node can read arguments; give the name of a file that only root can read",
          },
        ];
      }),
    ]),
};

export const SECRET_LINTS: readonly Lint[] = [secretInEnv];
