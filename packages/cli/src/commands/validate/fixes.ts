import type { ConfigProblem } from "@imagecred/kubelet";
import { baseName } from "@imagecred/node";
import type { Change } from "../../edit/change.ts";
import { nearest } from "../../lint/words.ts";
import { pluginByName } from "../../plugins/known-plugins.ts";
import { type Fix, type FixContext, PROVIDER_API_VERSION, type ProviderFacts, setting } from "./fix.ts";
import { annotationFix, audienceFix, cacheTypeFix, tokenFix } from "./token-fixes.ts";
import { typeFix } from "./type-fixes.ts";

const CONFIG_API_VERSION = "kubelet.config.k8s.io/v1";
const CONFIG_KIND = "CredentialProviderConfig";

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

/** @returns the fix for the cause of the problem, with the changes if there is one right thing to write */
export function fixFor(problem: ConfigProblem, context: FixContext): Fix {
  switch (problem.code) {
    case "unreadable":
      return { text: unreadable(problem, context) };
    case "no-files":
      return { text: "add a .yaml, .yml or .json file to the directory" };
    case "json-syntax":
      return { text: "correct the JSON at this place" };
    case "yaml-syntax":
      return syntaxFix(problem, context);
    case "yaml-value":
      return { text: "use a plain YAML value, with text in quotes" };
    case "missing-kind":
    case "missing-api-version":
    case "unknown-kind":
    case "wrong-kind":
      return headFix(problem, context);
    case "wrong-type":
    case "bad-duration":
      return typeFix(problem, context);
    case "unknown-field":
      return unknownField(problem, context);
    case "duplicate-key":
      return {
        text: "keep one of the two",
        ...(problem.location === undefined
          ? {}
          : { changes: [{ kind: "remove", at: problem.location }], guess: true }),
      };
    default:
      return fieldFix(problem, context);
  }
}

function unreadable({ message }: ConfigProblem, { minor, isDirectory }: FixContext): string {
  if (isDirectory && minor < 34)
    return "directories are accepted since Kubernetes 1.34: give one file with all providers";
  if (/permission denied$/.test(message)) return "run it with sudo: this user cannot read the file";
  return "check the path";
}

/** Common YAML mistakes: a pattern that begins with * without quotes (an alias), tabs as indentation, no space after a colon. */
function syntaxFix({ location }: ConfigProblem, { texts }: FixContext): Fix {
  const text =
    "correct the YAML at this place: indentation (no tabs), quotes around * patterns, a space after each colon";
  const line = location === undefined ? undefined : texts.get(location.file)?.split("\n")[location.line - 1];
  if (location === undefined || line === undefined) return { text };
  const [, before = "", word] = /^(\s*(?:- +|[\w"']+: +)?)([*&%@`][^\s,\]}#]*)/.exec(line) ?? [];
  if (word !== undefined) {
    const at = { ...location, column: before.length + 1 };
    return {
      text: `put ${JSON.stringify(word)} in quotes`,
      changes: [{ kind: "text", at, length: word.length, text: JSON.stringify(word) }],
    };
  }
  const tabs = /^[ \t]*\t[ \t]*/.exec(line)?.[0];
  if (tabs !== undefined) {
    return {
      text: "indent with spaces: YAML does not accept tabs",
      changes: [
        {
          kind: "text",
          at: { ...location, column: 1 },
          length: tabs.length,
          text: tabs.replaceAll("\t", "  "),
        },
      ],
      guess: true,
    };
  }
  const [, key] = /^\s*(?:- +)?([A-Za-z]+):(?=["'A-Za-z0-9[{])/.exec(line) ?? [];
  if (key !== undefined && FIELDS.includes(key)) {
    const at = { ...location, column: line.indexOf(`${key}:`) + key.length + 2 };
    return { text: `add a space after ${key}:`, changes: [{ kind: "text", at, length: 0, text: " " }] };
  }
  return { text };
}

function headFix(problem: ConfigProblem, { texts, reading }: FixContext): Fix {
  const text = `write apiVersion: ${CONFIG_API_VERSION} and kind: ${CONFIG_KIND}`;
  const file = problem.location?.file ?? reading.files[0];
  const content = file === undefined ? undefined : texts.get(file);
  if (file === undefined || content === undefined) return { text };
  const kind = /^kind:\s*"?'?([\w-]+)/m.exec(content)?.[1];
  // A Deployment, for example, is another kind of file, not a misspelt kind.
  const isOther = kind !== undefined && nearest(kind, [CONFIG_KIND]) === undefined;
  if (problem.code === "wrong-kind" || isOther) {
    return { text: `this is another kind of file; the kubelet expects kind: ${CONFIG_KIND} here` };
  }
  const changes: readonly Change[] = [
    { kind: "set", at: { file, path: "" }, key: "apiVersion", value: CONFIG_API_VERSION },
    { kind: "set", at: { file, path: "" }, key: "kind", value: CONFIG_KIND },
  ];
  const missing = problem.code === "missing-kind" ? changes.slice(1) : changes.slice(0, 1);
  return { text, changes: problem.code === "unknown-kind" ? changes : missing };
}

function unknownField({ message, location }: ConfigProblem, { minor }: FixContext): Fix {
  const field = /unknown field "(?:.*\.)?([^".]+)"/.exec(message)?.[1] ?? "";
  const remove: Pick<Fix, "changes" | "guess"> =
    location === undefined ? {} : { changes: [{ kind: "remove", at: location }], guess: true };
  if (field === "tokenAttributes" && minor < 33)
    return { text: "remove it: tokenAttributes need Kubernetes 1.34", ...remove };
  if (field === "tokenAttributes" && location !== undefined) {
    const at = { file: location.file, path: "" };
    return {
      text: `write apiVersion: ${CONFIG_API_VERSION} at the top: only v1 has tokenAttributes`,
      changes: [{ kind: "set", at, key: "apiVersion", value: CONFIG_API_VERSION }],
    };
  }
  if (field === "cacheType" && minor < 34) {
    return {
      text: "remove it: cacheType exists since 1.34, where it is required, so no tokenAttributes are valid both before and since",
      ...remove,
    };
  }
  const known = nearest(field, FIELDS);
  if (known === undefined) return { text: "remove the field or correct its spelling", ...remove };
  if (known === field)
    return {
      text: `correct the indentation of ${field}: it belongs to another object`,
      ...remove,
    };
  return {
    text: `write ${known}`,
    ...(location === undefined ? {} : { changes: [{ kind: "rename", at: location, key: known }] }),
  };
}

function providerOf({ path }: ConfigProblem, { reading }: FixContext): ProviderFacts | undefined {
  const [, at, index] = /^(providers\[(\d+)\])/.exec(path) ?? [];
  const provider = index === undefined ? undefined : reading.config?.providers[Number(index)];
  return at === undefined || provider === undefined ? undefined : { at, name: provider.name };
}

/** Fixes for validation errors, by field. */
function fieldFix(problem: ConfigProblem, context: FixContext): Fix {
  const { path, code } = problem;
  const field = path.replace(/^providers\[\d+\]\.?/, "").replace(/\[\d+\]$/, "");
  const own = providerOf(problem, context);
  const set = (key: string, value: Parameters<typeof setting>[2]) =>
    own === undefined ? {} : { changes: [setting(path, key, value)] };
  switch (field) {
    case "providers":
    case "":
      return wholeFix(problem, own);
    case "matchImages":
      return code === "required" ? patternsFix(path, own) : patternFix(problem, context);
    case "apiVersion":
      return {
        text: `write apiVersion: ${PROVIDER_API_VERSION}`,
        ...set("apiVersion", PROVIDER_API_VERSION),
      };
    case "defaultCacheDuration":
      return durationFix(problem, own, context);
    case "name":
      return nameFix(problem, context);
    case "tokenAttributes.cacheType":
      return cacheTypeFix(problem, context);
    case "tokenAttributes.serviceAccountTokenAudience":
      return audienceFix(problem, own, context);
    case "tokenAttributes.requireServiceAccount":
      return {
        text: "write requireServiceAccount: false to serve static pods too, true to serve only pods with a service account",
        ...set("requireServiceAccount", false),
        guess: true,
      };
    case "tokenAttributes.requiredServiceAccountAnnotationKeys":
    case "tokenAttributes.optionalServiceAccountAnnotationKeys":
      return annotationFix(problem);
    case "tokenAttributes":
      return tokenFix(problem, context);
    default:
      return { text: code === "required" ? "add the field" : "correct the value" };
  }
}

function wholeFix({ path, code, message }: ConfigProblem, own: ProviderFacts | undefined): Fix {
  if (path === "providers" && code === "required") {
    return {
      text: "add a provider: imagecred init --cloud aws --distribution kubeadm --stdout prints a file to start from (aws, azure or gcp)",
    };
  }
  if (code === "duplicate-provider" || code === "duplicate") {
    const name = /"([^"]+)"/.exec(message)?.[1];
    const text = "give each provider its own name; the second executable can be a link to the first";
    return own === undefined || name === undefined
      ? { text }
      : {
          text,
          changes: [{ kind: "replace", at: `${own.at}.name`, value: `${own.name}-2` }],
          guess: true,
        };
  }
  return { text: "correct the value" };
}

function patternsFix(path: string, own: ProviderFacts | undefined): Fix {
  const hosts = own === undefined ? undefined : pluginByName(own.name)?.matchImages;
  const example = JSON.stringify((hosts ?? ["*.dkr.ecr.*.amazonaws.com"]).slice(0, 1));
  return {
    text: `list the registries whose images the plugin has credentials for: matchImages: ${example}`,
    ...(hosts === undefined ? {} : { changes: [setting(path, "matchImages", hosts)], guess: true }),
  };
}

/** The fix for an invalid pattern. */
function patternFix({ path, message }: ConfigProblem, { reading }: FixContext): Fix {
  const [, provider, index] = /^providers\[(\d+)\]\.matchImages\[(\d+)\]$/.exec(path) ?? [];
  const text = reading.config?.providers[Number(provider)]?.matchImages?.[Number(index)];
  const better = text
    ?.trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/\s+/g, "")
    .replace(/:(?:\*|[A-Za-z][^/]*)(?=\/|$)/, "")
    .replace(/%(?![0-9A-Fa-f]{2})/g, "");
  const advice = "write a host, optionally with a port and a path; * stands for characters within one label";
  if (better === undefined || better === "" || better === text || message === "") return { text: advice };
  return {
    text: `write ${JSON.stringify(better)}`,
    changes: [{ kind: "replace", at: path, value: better }],
    guess: true,
  };
}

function durationFix(
  { path, code }: ConfigProblem,
  own: ProviderFacts | undefined,
  { reading }: FixContext,
): Fix {
  if (code === "required") {
    const plugin = own === undefined ? undefined : pluginByName(own.name);
    const half = plugin === undefined ? "30m" : shortHours(plugin.credentialSeconds / 2);
    return {
      text: `add how long the kubelet caches responses without a cacheDuration: defaultCacheDuration: "${half}"`,
      changes: [setting(path, "defaultCacheDuration", half)],
    };
  }
  const index = Number(/^providers\[(\d+)\]/.exec(path)?.[1] ?? Number.NaN);
  const value = reading.config?.providers[index]?.defaultCacheDuration;
  const positive = value == null ? undefined : `${-value / 1_000_000_000n}s`;
  return {
    text: 'write a duration that is not negative; "0s" disables caching',
    ...(positive === undefined
      ? {}
      : { changes: [{ kind: "replace", at: path, value: positive }], guess: true }),
  };
}

function shortHours(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${Math.floor(seconds / 60)}m`;
}

function nameFix(problem: ConfigProblem, context: FixContext): Fix {
  const { path, code } = problem;
  if (code === "duplicate")
    return wholeFix({ ...problem, code: "duplicate-provider" }, providerOf(problem, context));
  const name = providerOf(problem, context)?.name ?? "";
  const better = baseName(name).replace(/^\.+$/, "").trim().replace(/\s+/g, "-");
  return {
    text: "the name is the executable's file name in the bin dir, without its directory",
    ...(better === "" || better === name
      ? {}
      : { changes: [{ kind: "replace", at: path, value: better }], guess: true }),
  };
}
