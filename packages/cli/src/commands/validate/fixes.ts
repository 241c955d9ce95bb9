import type { ConfigProblem } from "@imagecred/kubelet";

const FIELDS = [
  "apiVersion",
  "kind",
  "providers",
  "name",
  "matchImages",
  "defaultCacheDuration",
  "args",
  "env",
  "value",
  "tokenAttributes",
  "serviceAccountTokenAudience",
  "cacheType",
  "requireServiceAccount",
  "requiredServiceAccountAnnotationKeys",
  "optionalServiceAccountAnnotationKeys",
];

const BY_CODE: Readonly<Record<ConfigProblem["code"], string>> = {
  unreadable: "check the path and who may read it; the kubelet runs as root",
  "no-files": "put a .yaml, .yml or .json file into the directory",
  "json-syntax": "correct the JSON at this place",
  "yaml-syntax":
    "correct the YAML at this place: indentation (no tabs), quotes around * patterns, a space after each colon",
  "yaml-value": "write the value in plain YAML, text in quotes",
  "missing-kind":
    "begin the file with apiVersion: kubelet.config.k8s.io/v1 and kind: CredentialProviderConfig",
  "missing-api-version": "add apiVersion: kubelet.config.k8s.io/v1",
  "unknown-kind": "write apiVersion: kubelet.config.k8s.io/v1 and kind: CredentialProviderConfig",
  "wrong-kind": "this is another kind of file; the kubelet wants kind: CredentialProviderConfig here",
  "wrong-type": "write a value of the type that the message names",
  "bad-duration": 'write a duration with its unit in quotes: "30m", "6h"',
  "unknown-field": "remove the field or correct its spelling",
  "duplicate-key": "keep one of the two",
  "duplicate-provider":
    "give each provider a name of its own; a second executable can be a link to the first",
  required: "add the field",
  invalid: "correct the value",
  unsupported: "write one of the supported values",
  duplicate: "keep one of the two",
  forbidden: "remove the field",
};

/** Closer than the code: by the field that the problem is about. */
const BY_FIELD: readonly (readonly [RegExp, string])[] = [
  [/^providers$/, "add a provider: imagecred init --stdout prints a file to start from"],
  [
    /\.matchImages$/,
    'list the registries whose images the plugin has credentials for: matchImages: ["*.dkr.ecr.*.amazonaws.com"]',
  ],
  [
    /\.matchImages\[\d+\]$/,
    "write a host, with a port and a path where they matter, and * for a whole label",
  ],
  [/\.apiVersion$/, "write apiVersion: credentialprovider.kubelet.k8s.io/v1"],
  [
    /\.defaultCacheDuration$/,
    'add how long an answer without a duration of its own is kept: defaultCacheDuration: "30m"',
  ],
  [/\.name$/, "the name is the executable's file name in the bin dir, without its directory"],
  [
    /\.cacheType$/,
    "write cacheType: ServiceAccount (credentials kept per service account) or Token (per token)",
  ],
  [
    /\.serviceAccountTokenAudience$/,
    "write the audience that the cloud expects, such as sts.amazonaws.com or api://AzureADTokenExchange",
  ],
  [
    /\.requireServiceAccount$/,
    "write requireServiceAccount: false to serve static pods too, true to serve only pods with a service account",
  ],
  [/AnnotationKeys(?:\[\d+\])?$/, "write each annotation key once, in one of the two lists"],
  [
    /\.tokenAttributes$/,
    "tokenAttributes need Kubernetes 1.34 and apiVersion: credentialprovider.kubelet.k8s.io/v1",
  ],
];

/** What to do about a problem that stops the kubelet. */
export function fixFor(problem: ConfigProblem): string {
  if (problem.code === "unknown-field") return fixForUnknownField(problem.message);
  if (/cannot unmarshal (?:bool|number) into .* of type string/.test(problem.message)) {
    return "put the value in quotes: YAML reads y, no, on and the like as booleans, and digits as numbers";
  }
  const fieldCodes = ["required", "invalid", "unsupported", "forbidden"];
  if (fieldCodes.includes(problem.code)) {
    const fix = BY_FIELD.find(([pattern]) => pattern.test(problem.path))?.[1];
    if (fix !== undefined) return fix;
  }
  return BY_CODE[problem.code];
}

function fixForUnknownField(message: string): string {
  const field = /unknown field "(?:.*\.)?([^".]+)"/.exec(message)?.[1] ?? "";
  if (field === "tokenAttributes")
    return "remove it: this kubelet is too old for tokenAttributes, which need 1.34";
  if (field === "cacheType")
    return "remove it: cacheType came in 1.34, and no tokenAttributes are valid on both sides of that";
  const nearest = FIELDS.map((known) => ({
    known,
    distance: editDistance(field.toLowerCase(), known.toLowerCase()),
  })).sort((a, b) => a.distance - b.distance)[0];
  if (nearest === undefined || nearest.distance > Math.max(2, nearest.known.length / 4))
    return BY_CODE["unknown-field"];
  if (nearest.known === field)
    return `move ${field} to where it belongs: its indentation puts it into another object`;
  return `write ${nearest.known}`;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
