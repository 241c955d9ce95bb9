/** apimachinery's IsQualifiedName (pkg/api/validate/content/kube.go, v0.37.2): names of annotations. */
import { bytesOf } from "@imagecred/protocol/go";

const NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const NAME_EXAMPLES = "(e.g. 'MyName',  or 'my.name',  or '123-abc', ";
const NAME_RULE = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${NAME_EXAMPLES}regex used for validation is '${NAME}')`;
const SUBDOMAIN_RULE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;

/** The words that changed with 1.35. */
export interface NameWords {
  /** The term for such a name. */
  readonly name: "a valid label key" | "a qualified name";
  /** The unit of its length in the text; it is bytes in either case. */
  readonly unit: "bytes" | "characters";
}

const NEWEST_WORDS: NameWords = { name: "a valid label key", unit: "bytes" };

/** The faults of a name such as `eks.amazonaws.com/role-arn`; empty if it is valid. */
export function qualifiedNameFaults(name: string, words: NameWords = NEWEST_WORDS): string[] {
  const parts = name.split("/");
  if (parts.length > 2) {
    return [
      `${words.name} ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const faults: string[] = [];
  const [prefix, last] = parts.length === 2 ? parts : [undefined, parts[0]];
  if (prefix === "") faults.push("prefix part must be non-empty");
  else if (prefix !== undefined)
    faults.push(...subdomainFaults(prefix, words).map((fault) => `prefix part ${fault}`));
  const local = last ?? "";
  if (local === "") faults.push("name part must be non-empty");
  else if (bytesOf(local).length > 63) faults.push(`name part must be no more than 63 ${words.unit}`);
  if (!new RegExp(`^${NAME}$`).test(local)) faults.push(`name part ${NAME_RULE}`);
  return faults;
}

function subdomainFaults(text: string, words: NameWords): string[] {
  const faults: string[] = [];
  if (bytesOf(text).length > 253) faults.push(`must be no more than 253 ${words.unit}`);
  if (!new RegExp(`^${SUBDOMAIN}$`).test(text)) faults.push(SUBDOMAIN_RULE);
  return faults;
}
