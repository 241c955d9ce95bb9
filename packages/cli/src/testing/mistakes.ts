/** A hundred configurations with one mistake each, made from correct ones in several styles. */

export interface CorrectFile {
  readonly text: string;
  readonly args: readonly string[];
}

const BLOCK = `# Which images get their credentials from which plugin.
apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages:
      - "*.dkr.ecr.*.amazonaws.com"
      - "public.ecr.aws"
    defaultCacheDuration: "6h" # long enough
    args:
      - "--identity-fallback=none"
    env:
      - name: AWS_REGION
        value: "eu-west-1"
    tokenAttributes:
      serviceAccountTokenAudience: "sts.amazonaws.com"
      cacheType: "ServiceAccount"
      requireServiceAccount: true
      requiredServiceAccountAnnotationKeys:
        - "eks.amazonaws.com/ecr-role-arn"
  - name: custom
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages:
      - "registry.example.com"
    defaultCacheDuration: "10m"
`;

const FLOW = `apiVersion: "kubelet.config.k8s.io/v1"
kind: "CredentialProviderConfig"
providers:
- {name: "ecr-credential-provider", apiVersion: "credentialprovider.kubelet.k8s.io/v1", matchImages: ["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws"], defaultCacheDuration: "6h", args: ["--identity-fallback=none"], env: [{name: "AWS_REGION", value: "eu-west-1"}], tokenAttributes: {serviceAccountTokenAudience: "sts.amazonaws.com", cacheType: "ServiceAccount", requireServiceAccount: true, requiredServiceAccountAnnotationKeys: ["eks.amazonaws.com/ecr-role-arn"]}}
- {name: "custom", apiVersion: "credentialprovider.kubelet.k8s.io/v1", matchImages: ["registry.example.com"], defaultCacheDuration: "10m"}
`;

const JSON_FILE = `{
  "apiVersion": "kubelet.config.k8s.io/v1",
  "kind": "CredentialProviderConfig",
  "providers": [
    {
      "name": "ecr-credential-provider",
      "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
      "matchImages": ["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws"],
      "defaultCacheDuration": "6h",
      "args": ["--identity-fallback=none"],
      "env": [{"name": "AWS_REGION", "value": "eu-west-1"}],
      "tokenAttributes": {
        "serviceAccountTokenAudience": "sts.amazonaws.com",
        "cacheType": "ServiceAccount",
        "requireServiceAccount": true,
        "requiredServiceAccountAnnotationKeys": ["eks.amazonaws.com/ecr-role-arn"]
      }
    },
    {
      "name": "custom",
      "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
      "matchImages": ["registry.example.com"],
      "defaultCacheDuration": "10m"
    }
  ]
}
`;

export const CORRECT_FILES: Readonly<Record<string, CorrectFile>> = {
  block: { text: BLOCK, args: [] },
  windows: { text: BLOCK.replaceAll("\n", "\r\n"), args: ["--kubernetes-version", "1.34"] },
  flow: { text: FLOW, args: [] },
  json: { text: JSON_FILE, args: ["--kubernetes-version", "1.35"] },
};

export interface Mistake {
  readonly code: string;
  readonly what: string;
  /** Whether only a person can decide on the fix. */
  readonly byPerson?: boolean;
  readonly variants: readonly {
    readonly text: string;
    /** Offset of the finding. */
    readonly at: number;
    readonly args: readonly string[];
  }[];
}

interface Spec {
  readonly code: string;
  readonly what: string;
  /** The text in the correct files, for each style. */
  readonly from: RegExp;
  readonly to: string;
  /** The text at the finding's position, after the mistake or before it. */
  readonly at: RegExp;
  readonly byPerson?: boolean;
  readonly only?: readonly (keyof typeof CORRECT_FILES)[];
}

const KEY = (name: string) => new RegExp(`"?${name}"?(?=:)`);

const SPECS: readonly Spec[] = [
  {
    code: "unknown-field",
    what: "small letter in a field",
    from: KEY("matchImages"),
    to: "matchimages",
    at: /matchimages|"matchimages"/,
  },
  {
    code: "unknown-field",
    what: "a field misspelt",
    from: KEY("defaultCacheDuration"),
    to: "defaultCacheDuraton",
    at: /defaultCacheDuraton/,
  },
  {
    code: "unknown-field",
    what: "a field misspelt, deeper",
    from: KEY("serviceAccountTokenAudience"),
    to: "serviceAccountTokenAudiance",
    at: /serviceAccountTokenAudiance/,
  },
  {
    code: "required",
    what: "no apiVersion of a provider",
    from: /apiVersion: credentialprovider\.kubelet\.k8s\.io\/v1\r?\n {4}|"?apiVersion"?: "credentialprovider\.kubelet\.k8s\.io\/v1",\s*/,
    to: "",
    at: /name: ecr|\{name: "ecr|\{\s*"name": "ecr/,
  },
  {
    code: "required",
    what: "no duration",
    from: /defaultCacheDuration: "6h" # long enough\r?\n {4}|"?defaultCacheDuration"?: "6h",\s*/,
    to: "",
    at: /name: ecr|\{name: "ecr|\{\s*"name": "ecr/,
  },
  {
    code: "required",
    what: "no cacheType",
    from: /cacheType: "ServiceAccount"\r?\n {6}|"?cacheType"?: "ServiceAccount",\s*/,
    to: "",
    at: /serviceAccountTokenAudience: "sts|\{serviceAccountTokenAudience|\{\s*"serviceAccountTokenAudience/,
  },
  {
    code: "required",
    what: "no audience",
    from: /(?<=Audience"?: )"sts\.amazonaws\.com"/,
    to: '""',
    at: /""/,
  },
  { code: "bad-duration", what: "no unit", from: /"6h"/, to: '"6"', at: /"6"/ },
  { code: "bad-duration", what: "days", from: /"6h"/, to: '"1d"', at: /"1d"/, only: [] },
  { code: "bad-duration", what: "words", from: /"10m"/, to: '"10 minutes"', at: /"10 minutes"/ },
  { code: "wrong-type", what: "a number for a duration", from: /"6h"/, to: "6", at: /6(?= #|,)/ },
  { code: "wrong-type", what: "a number for a variable", from: /"eu-west-1"/, to: "42", at: /42/ },
  {
    code: "wrong-type",
    what: "yes for text",
    from: /"eu-west-1"/,
    to: "yes",
    at: /yes/,
    only: ["block", "windows", "flow"],
  },
  {
    code: "wrong-type",
    what: "quotes around a boolean",
    from: /(?<=requireServiceAccount"?: )true/,
    to: '"true"',
    at: /"true"/,
  },
  {
    code: "wrong-type",
    what: "one argument instead of a list",
    from: /args:\s+- "--identity-fallback=none"|(?<="?args"?: )\["--identity-fallback=none"\]/,
    to: 'ARGS"--identity-fallback=none"',
    at: /"--identity-fallback=none"/,
  },
  {
    code: "wrong-type",
    what: "an object instead of a list of variables",
    from: /env:\s+- name: AWS_REGION\r?\n {8}value: "eu-west-1"|(?<="?env"?: )\[\{"?name"?: "AWS_REGION", "?value"?: "eu-west-1"\}\]/,
    to: 'ENV{"AWS_REGION": "eu-west-1"}',
    at: /\{"AWS_REGION"/,
  },
  {
    code: "unsupported",
    what: "a version that does not exist",
    from: /credentialprovider\.kubelet\.k8s\.io\/v1/,
    to: "credentialprovider.kubelet.k8s.io/v2",
    at: /"?credentialprovider\.kubelet\.k8s\.io\/v2/,
    only: ["flow", "json"],
  },
  {
    code: "unsupported",
    what: "a small letter in cacheType",
    from: /"ServiceAccount"/,
    to: '"serviceAccount"',
    at: /"serviceAccount"/,
  },
  {
    code: "invalid",
    what: "a space in a name",
    from: /name: custom|"custom"/,
    to: 'NAME"cus tom"',
    at: /"cus tom"/,
  },
  {
    code: "invalid",
    what: "a path for a name",
    from: /name: custom|"custom"/,
    to: 'NAME"/usr/bin/custom"',
    at: /"\/usr\/bin\/custom"/,
  },
  {
    code: "invalid",
    what: "a port that is a word",
    from: /"registry\.example\.com"/,
    to: '"registry.example.com:http"',
    at: /"registry\.example\.com:http"/,
  },
  { code: "invalid", what: "a negative duration", from: /"10m"/, to: '"-10m"', at: /"-10m"/ },
  {
    code: "forbidden",
    what: "required keys for pods that need none",
    from: /(?<=requireServiceAccount"?: )true/,
    to: "false",
    at: /- "eks|\["eks/,
  },
  {
    code: "unknown-kind",
    what: "another version of the file",
    from: /kubelet\.config\.k8s\.io\/v1/,
    to: "kubelet.config.k8s.io/v2",
    at: /apiVersion: |\{\s+"apiVersion"/,
  },
  {
    code: "unknown-kind",
    what: "a kind misspelt",
    from: /CredentialProviderConfig/,
    to: "CredentialProvidersConfig",
    at: /apiVersion: |\{\s+"apiVersion"/,
  },
  {
    code: "scheme",
    what: "a scheme",
    from: /"registry\.example\.com"/,
    to: '"https://registry.example.com"',
    at: /"https:\/\/registry/,
  },
  {
    code: "path-glob",
    what: "a wildcard in a path",
    from: /"registry\.example\.com"/,
    to: '"registry.example.com/*"',
    at: /"registry\.example\.com\/\*"/,
  },
  {
    code: "upper-case",
    what: "capital letters",
    from: /"registry\.example\.com"/,
    to: '"Registry.example.com"',
    at: /"Registry/,
  },
  {
    code: "userinfo",
    what: "a user",
    from: /"registry\.example\.com"/,
    to: '"me@registry.example.com"',
    at: /"me@/,
  },
  {
    code: "docker-hub-name",
    what: "another name of Docker Hub",
    from: /"registry\.example\.com"/,
    to: '"index.docker.io"',
    at: /"index\.docker\.io"/,
  },
  {
    code: "foreign-registry",
    what: "a dot for a dash",
    from: /"public\.ecr\.aws"/,
    to: '"*.dkr.ecr.*.on.aws"',
    at: /"\*\.dkr\.ecr\.\*\.on\.aws"/,
  },
  {
    code: "foreign-registry",
    what: "another registry",
    from: /"public\.ecr\.aws"/,
    to: '"quay.io"',
    at: /"quay\.io"/,
  },
  {
    code: "too-wide",
    what: "wildcards only",
    from: /"public\.ecr\.aws"/,
    to: '"*.ecr.aws"',
    at: /"\*\.ecr\.aws"/,
  },
  {
    code: "shadowed-pattern",
    what: "covered by another",
    from: /"public\.ecr\.aws"/,
    to: '"123456789012.dkr.ecr.eu-west-1.amazonaws.com"',
    at: /"123456789012/,
  },
  { code: "cache-outlives-token", what: "cached for too long", from: /"6h"/, to: '"24h"', at: /"24h"/ },
  {
    code: "plugin-arguments",
    what: "a flag misspelt",
    from: /--identity-fallback=none/,
    to: "--identity-falback=none",
    at: /"--identity-falback/,
  },
  {
    code: "unread-annotation",
    what: "an annotation of another component",
    from: /(?<="?)eks\.amazonaws\.com\/ecr-role-arn/,
    to: "eks.amazonaws.com/ecr-role-arm",
    at: /"eks\.amazonaws\.com\/ecr-role-arm"/,
    only: [],
  },
  {
    code: "wrong-audience",
    what: "a letter too few",
    from: /"sts\.amazonaws\.com"/,
    to: '"sts.amazonaws.co"',
    at: /"sts\.amazonaws\.co"/,
  },
  {
    code: "quotes-in-argument",
    what: "quotes within a value",
    from: /"eu-west-1"/,
    to: "\"'eu-west-1'\"",
    at: /"'eu-west-1'"/,
  },
  {
    code: "unexpanded-variable",
    what: "a variable",
    from: /"eu-west-1"/,
    to: '"$REGION"',
    at: /"\$REGION"/,
    byPerson: true,
  },
  {
    code: "placeholder",
    what: "never filled in",
    from: /"registry\.example\.com"/,
    to: '"<registry>.example.com"',
    at: /"<registry>/,
    byPerson: true,
  },
  {
    code: "secret-in-env",
    what: "a secret",
    from: /name: AWS_REGION|"AWS_REGION"/,
    to: 'NAME"AWS_SECRET_ACCESS_KEY"',
    at: /"eu-west-1"/,
    byPerson: true,
  },
];

function variantOf(spec: Spec, { text, args }: CorrectFile): Mistake["variants"][number] | undefined {
  const found = spec.from.exec(text);
  if (found === null) return undefined;
  const [old] = found;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  // If a block of lines is replaced, its key stays.
  const replacement = spec.to
    .replace(/^ARGS/, old.startsWith("args") ? "args: " : "")
    .replace(/^ENV/, old.startsWith("env") ? "env: " : "")
    .replace(/^NAME/, old.startsWith("name") ? "name: " : "")
    .replaceAll("\n", newline);
  const quoted =
    old.startsWith('"') && /^\w+$/.test(replacement) && !/^(?:\d+|yes|true|false)$/.test(replacement);
  const written = quoted ? JSON.stringify(replacement) : replacement;
  const wrong = text.slice(0, found.index) + written + text.slice(found.index + old.length);
  const place = spec.at.exec(wrong);
  if (place === null) return undefined;
  const dash = place[0].startsWith("- ") ? 0 : 0;
  const quote = wrong[place.index - 1] === '"' && !place[0].startsWith('"') ? -1 : 0;
  return { text: wrong, at: place.index + dash + quote, args };
}

export const MISTAKES: readonly Mistake[] = SPECS.flatMap((spec): readonly Mistake[] => {
  const files = Object.entries(CORRECT_FILES).filter(
    ([name]) => spec.only === undefined || spec.only.includes(name),
  );
  const variants = files.flatMap(([, file]) => variantOf(spec, file) ?? []);
  const { code, what, byPerson } = spec;
  return variants.length === 0
    ? []
    : [{ code, what, variants, ...(byPerson === undefined ? {} : { byPerson }) }];
});
