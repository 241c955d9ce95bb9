import type { ConfigProblem } from "@imagecred/kubelet";
import { isMap, isScalar, isSeq } from "yaml";
import type { Change, Value } from "../../edit/change.ts";
import { offsetAt } from "../../edit/text-edit.ts";
import { flowValue } from "../../edit/write-value.ts";
import { childrenOf, yamlSource } from "../../edit/yaml-source.ts";
import type { Fix, FixContext } from "./fix.ts";

/** Fixes for values of the wrong type. The expected type is in the kubelet's message; the value is read from the file. */
export function typeFix({ message, location, code }: ConfigProblem, { texts }: FixContext): Fix {
  const text = location === undefined ? undefined : texts.get(location.file);
  const otherwise = { text: adviceFor(message, code) };
  if (location === undefined || text === undefined) return otherwise;
  const source = yamlSource(text);
  const slot = source.byValueOffset(offsetAt(text, source.starts, location));
  const node = slot?.node;
  const replace = (value: Value, guess = false): Fix => ({
    text: `write ${shortened(flowValue(value, false))}`,
    changes: [{ kind: "replace", at: location, value } satisfies Change],
    guess,
  });
  const wanted = wantedType(message, code);
  if (wanted === "duration") {
    const written = isScalar(node) ? scalarText(node) : "";
    const better = duration(written);
    return better === undefined
      ? otherwise
      : { ...replace(better, true), text: `write the unit, in quotes: ${JSON.stringify(better)}` };
  }
  if (wanted === "string" && isScalar(node)) {
    const written = scalarText(node);
    return {
      ...replace(written),
      text: `put the value in quotes (${JSON.stringify(written)}): YAML reads y, no and on as booleans, and digits as numbers`,
    };
  }
  if (wanted === "string" && isSeq(node) && node.items.length === 1) {
    const [only] = childrenOf(node);
    if (isScalar(only?.node)) return replace(scalarText(only.node));
  }
  if (wanted === "bool" && isScalar(node)) {
    const written = scalarText(node).toLowerCase();
    if (["true", "yes", "y", "on", "1"].includes(written)) return replace(true);
    if (["false", "no", "n", "off", "0"].includes(written)) return replace(false);
  }
  if (wanted === "strings" && isScalar(node)) return replace([scalarText(node)]);
  if (wanted === "variables" && isMap(node)) {
    const variables = childrenOf(node).flatMap(({ key, node: value }): readonly Value[] =>
      isScalar(key) && isScalar(value) ? [{ name: scalarText(key), value: scalarText(value) }] : [],
    );
    if (variables.length > 0) return replace(variables);
  }
  if (wanted === "providers" && isMap(node)) return otherwise;
  return otherwise;
}

type Wanted = "duration" | "string" | "bool" | "strings" | "variables" | "providers";

function wantedType(message: string, code: ConfigProblem["code"]): Wanted | undefined {
  if (code === "bad-duration" || /Duration/.test(message)) return "duration";
  const type = /of type (\S+)$/.exec(message)?.[1] ?? "";
  if (/defaultCacheDuration/.test(message)) return "duration";
  if (type === "string") return "string";
  if (type === "bool" || type === "*bool") return "bool";
  if (type === "[]string") return "strings";
  if (/^\[\].*ExecEnvVar$/.test(type)) return "variables";
  if (/^\[\].*CredentialProvider$/.test(type)) return "providers";
  return undefined;
}

const ADVICE: Readonly<Record<Wanted, string>> = {
  duration: 'write a duration with its unit, in quotes: "30m", "6h"',
  string: "write text, in quotes",
  bool: "write true or false, without quotes",
  strings: 'write a list of strings: ["one", "two"]',
  variables: 'write a list of variables: [{name: "A", value: "b"}]',
  providers: "write a list: each provider begins with - name:",
};

function adviceFor(message: string, code: ConfigProblem["code"]): string {
  const wanted = wantedType(message, code);
  return wanted === undefined ? "write a value of the type that the message names" : ADVICE[wanted];
}

/** The text of a scalar as written, without quotes: `010` stays `010`. */
function scalarText(node: { readonly source?: string; readonly value: unknown }): string {
  return node.source ?? String(node.value);
}

/** Converts a duration as people write it (6, 6 h, 1d, 90min, 30 minutes) to Go's syntax. */
function duration(written: string): string | undefined {
  const [, sign, number = "", unit = ""] = /^(-?)(\d+)\s*([A-Za-z]*)$/.exec(written.trim()) ?? [];
  if (number === "" || sign === "-") return undefined;
  const amount = Number(number);
  if (/^(?:d|days?)$/i.test(unit)) return `${amount * 24}h`;
  if (/^(?:w|weeks?)$/i.test(unit)) return `${amount * 168}h`;
  if (/^(?:h|hrs?|hours?)$/i.test(unit)) return `${amount}h`;
  if (/^(?:m|mins?|minutes?)$/i.test(unit)) return `${amount}m`;
  if (/^(?:s|secs?|seconds?)$/i.test(unit)) return `${amount}s`;
  if (unit !== "") return undefined;
  // Without a unit: up to 12 hours, up to 120 minutes, and more as seconds.
  if (amount <= 12) return `${amount}h`;
  return amount <= 120 ? `${amount}m` : `${amount}s`;
}

function shortened(text: string): string {
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
