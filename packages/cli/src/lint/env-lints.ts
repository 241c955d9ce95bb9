import type { Hit, Lint } from "./types.ts";
import { shown } from "./words.ts";

/**
 * The kubelet writes NAME=VALUE into a plugin's environment without looking at the name (pkg/credentialprovider/plugin,
 * mergeEnvVars): one that is empty, or has `=` in it, is another variable or none.
 */
const envName: Lint = {
  code: "env-name",
  severity: "warning",
  explanation:
    "The kubelet hands NAME=VALUE to the plugin as it is. A name that is empty or has = in it sets another variable or none; most programs cannot read one with blanks or dashes.",
  check: ({ providers }) =>
    providers.flatMap(({ env }, provider) =>
      (env ?? []).flatMap(({ name, value }, index): readonly Hit[] => {
        if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [];
        const at = `providers[${provider}].env[${index}].name`;
        const equals = name.indexOf("=");
        if (equals > 0 && value === "") {
          const [own, rest] = [name.slice(0, equals), name.slice(equals + 1)];
          return [
            {
              at,
              message: `the name ${shown(own)} has its value in it`,
              fix: `write name: ${own}, and its value as value`,
              changes: [
                { kind: "replace", at, value: own },
                { kind: "set", at: `providers[${provider}].env[${index}]`, key: "value", value: rest },
              ],
            },
          ];
        }
        const fix = "write a name of letters, digits and _, which does not begin with a digit";
        return [
          {
            at,
            message: `${name === "" ? "an empty name" : shown(equals < 0 ? name : name.slice(0, equals + 1))} is no variable's name`,
            fix,
          },
        ];
      }),
    ),
};

/** Variables by which the dynamic loader runs other code (ld.so(8)); a static executable has no loader. */
const LOADER = new Set(["LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH"]);

const envLoader: Lint = {
  code: "env-loader",
  severity: "note",
  explanation:
    "With LD_PRELOAD, LD_AUDIT or LD_LIBRARY_PATH the kubelet's plugin runs code of other files as root; a static executable does not read them.",
  check: ({ providers }) =>
    providers.flatMap(({ env }, provider) =>
      (env ?? []).flatMap(({ name }, index): readonly Hit[] =>
        LOADER.has(name)
          ? [
              {
                at: `providers[${provider}].env[${index}].name`,
                message: `${name} makes the plugin load code of other files`,
                fix: "remove it, unless that is meant",
                changes: [{ kind: "remove", at: `providers[${provider}].env[${index}]` }],
                guess: true,
              },
            ]
          : [],
      ),
    ),
};

export const ENV_LINTS: readonly Lint[] = [envName, envLoader];
