/**
 * The subset of IAM policy documents that trust policies and permissions in the fakes use
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html). An unknown operator or
 * element is an error in the test that uses it, never a silent "allow".
 */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  /** Only in trust policies. */
  readonly Principal?: "*" | Readonly<Partial<Record<PrincipalKind, string | readonly string[]>>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

type PrincipalKind = "AWS" | "Federated" | "Service";

/** A request to authorize. */
export interface PolicyRequest {
  readonly action: string;
  /** The caller; undefined for identity policies, which have no `Principal`. */
  readonly principal?: { readonly kind: PrincipalKind; readonly names: readonly string[] };
  /** Values by condition key, in lower case, for the keys in the request. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Reports whether a policy allows a request: a statement allows it, and no statement denies it. */
export function allows(policy: PolicyDocument, request: PolicyRequest): boolean {
  const matching = list(policy.Statement).filter((statement) => applies(statement, request));
  return (
    matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny")
  );
}

function applies(statement: Statement, request: PolicyRequest): boolean {
  return (
    list(statement.Action).some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    namesPrincipal(statement, request) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) =>
        conditionHolds(operator, request.context[key.toLowerCase()], list(values)),
      ),
    )
  );
}

function namesPrincipal({ Principal }: Statement, { principal }: PolicyRequest): boolean {
  if (principal === undefined) return true;
  if (Principal === "*") return true;
  return list(Principal?.[principal.kind] ?? []).some(
    (name) => name === "*" || principal.names.includes(name),
  );
}

/** One operator on one key (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html). */
function conditionHolds(
  written: string,
  given: string | readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  const [, quantifier, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(written) ?? [];
  if (name === "Null") return (given === undefined) === (wanted[0] === "true");
  const holds = OPERATORS[name];
  if (holds === undefined) throw new Error(`the fake IAM does not know the condition operator ${written}`);
  const values = given === undefined ? [] : list(given);
  if (values.length === 0) return ifExists !== undefined || quantifier === "ForAllValues" || holds.negated;
  const matches = (value: string) => {
    const some = wanted.some((each) => holds.test(value, each));
    return holds.negated ? !some : some;
  };
  return quantifier === "ForAllValues" ? values.every(matches) : values.some(matches);
}

interface Operator {
  readonly test: (given: string, wanted: string) => boolean;
  /** `StringNot...`: true if the test is false or the key is absent. */
  readonly negated: boolean;
}

const positive = (test: Operator["test"]): Operator => ({ test, negated: false });
const negative = (test: Operator["test"]): Operator => ({ test, negated: true });
const same = (given: string, wanted: string) => given === wanted;
const matches = (given: string, wanted: string) => like(wanted, given);

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: positive(same),
  StringNotEquals: negative(same),
  StringEqualsIgnoreCase: positive((given, wanted) => given.toLowerCase() === wanted.toLowerCase()),
  StringLike: positive(matches),
  StringNotLike: negative(matches),
  ArnEquals: positive(matches),
  ArnLike: positive(matches),
  ArnNotEquals: negative(matches),
  Bool: positive((given, wanted) => given.toLowerCase() === wanted.toLowerCase()),
  NumericEquals: positive((given, wanted) => Number(given) === Number(wanted)),
  NumericLessThan: positive((given, wanted) => Number(given) < Number(wanted)),
  NumericLessThanEquals: positive((given, wanted) => Number(given) <= Number(wanted)),
};

/** IAM's wildcards: `*` matches any characters, `?` one. */
export function like(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(value);
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
