import { Environment } from "@marcbachmann/cel-js";

/**
 * A provider's mapping of a credential's claims to a principal: CEL expressions for `google.subject`,
 * `google.groups` and `attribute.NAME` (https://cloud.google.com/iam/docs/workload-identity-federation#mapping).
 */
export type AttributeMapping = Readonly<Record<string, string>>;

/** The attributes of one credential. */
export interface MappedAttributes {
  readonly subject: string;
  readonly groups: readonly string[];
  /** By name without `attribute.`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** CEL with the string functions that IAM adds (https://cloud.google.com/iam/docs/conditions-attribute-reference#extract). */
const LANGUAGE = new Environment({ unlistedVariablesAreDyn: true }).registerFunction(
  "string.extract(string): string",
  extract,
);

/** Evaluates a mapping. Undefined if it has no `google.subject`, which STS rejects. */
export function mapAttributes(mapping: AttributeMapping, assertion: object): MappedAttributes | undefined {
  const values = new Map(
    Object.entries(mapping).map(([name, expression]) => [name, evaluate(expression, { assertion })] as const),
  );
  const subject = values.get("google.subject");
  if (typeof subject !== "string" || subject === "" || Buffer.byteLength(subject) > 127) return undefined;
  const groups = values.get("google.groups");
  const attributes = [...values]
    .filter(([name, value]) => name.startsWith("attribute.") && value !== undefined)
    .map(([name, value]) => [name.slice("attribute.".length), String(value)]);
  return {
    subject,
    groups: Array.isArray(groups) ? groups.map(String) : [],
    attributes: Object.fromEntries(attributes),
  };
}

/** Reports whether a provider's condition allows a credential; without a condition, all are allowed. */
export function conditionHolds(
  condition: string | undefined,
  assertion: object,
  mapped: MappedAttributes,
): boolean {
  if (condition === undefined) return true;
  const { subject, groups, attributes } = mapped;
  return evaluate(condition, { assertion, attribute: attributes, google: { subject, groups } }) === true;
}

/** Undefined if the expression fails on this credential, for example because a claim is missing. */
function evaluate(expression: string, variables: Record<string, unknown>): unknown {
  const parsed = LANGUAGE.parse(expression);
  try {
    return parsed(variables);
  } catch {
    return undefined;
  }
}

/** `"a/b/c".extract("a/{x}/c")` is `"b"`; empty if the template does not match. */
function extract(value: string, template: string): string {
  const [, before = "", after = ""] = /^(.*?)\{[^}]*\}(.*)$/.exec(template) ?? [];
  const start = value.indexOf(before);
  if (start < 0) return "";
  const from = start + before.length;
  const to = after === "" ? value.length : value.indexOf(after, from);
  return to < 0 ? "" : value.slice(from, to);
}
