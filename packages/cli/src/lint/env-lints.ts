import type { Hit, Lint } from "./types.ts";
import { shown } from "./words.ts";

/**
 * The kubelet adds NAME=VALUE to a plugin's environment without checking the name (pkg/credentialprovider/plugin,
 * mergeEnvVars): an empty name sets no variable, and a name with `=` sets another one.
 */
const envName: Lint = {
  code: "env-name",
  severity: "warning",
  explanation:
    "The kubelet passes NAME=VALUE to the plugin unchecked. An empty name or one with = in it sets no variable or another one; most programs cannot read a name with blanks or dashes.",
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
        const fix = "use letters, digits and _, and do not begin with a digit";
        return [
          {
            at,
            message: `${name === "" ? "an empty name" : shown(equals < 0 ? name : name.slice(0, equals + 1))} is not a valid variable name`,
            fix,
          },
        ];
      }),
    ),
};

/** Variables that make the dynamic loader load other code (ld.so(8)); a static executable has no loader. */
const LOADER = new Set(["LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH"]);

const envLoader: Lint = {
  code: "env-loader",
  severity: "note",
  explanation:
    "With LD_PRELOAD, LD_AUDIT or LD_LIBRARY_PATH the plugin runs code from other files as root. A static executable ignores these variables.",
  check: ({ providers }) =>
    providers.flatMap(({ env }, provider) =>
      (env ?? []).flatMap(({ name }, index): readonly Hit[] =>
        LOADER.has(name)
          ? [
              {
                at: `providers[${provider}].env[${index}].name`,
                message: `${name} makes the plugin load code from other files`,
                fix: "remove it, unless this is intended",
                changes: [{ kind: "remove", at: `providers[${provider}].env[${index}]` }],
                guess: true,
              },
            ]
          : [],
      ),
    ),
};

export const ENV_LINTS: readonly Lint[] = [envName, envLoader];
