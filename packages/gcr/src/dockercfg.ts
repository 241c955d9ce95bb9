import {
  type Answer,
  type AuthConfig,
  type Context,
  CredentialError,
  type CredentialProviderRequest,
  type ImageName,
  parseJsonObject,
  planIdentity,
  Secret,
  type TransportResponse,
  textAt,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { describeAnswer } from "./google-answer.ts";
import { readMetadata } from "./metadata.ts";
import type { GcrOptions } from "./options.ts";

/**
 * Credentials that the operator put into the instance's metadata, as a `.dockercfg`: the attribute `google-dockercfg`
 * itself, or the file at the https URL in `google-dockercfg-url`. They are for whatever registries that file names; only
 * the entries for the image's registry are answered, and the kubelet keeps none of them, since nothing says until when
 * they hold.
 * @throws {CredentialError}
 * @throws {UnsupportedRegistryError} when the file has no entry for the image
 */
export async function dockercfgAnswer(
  request: CredentialProviderRequest,
  options: GcrOptions,
  context: Context,
): Promise<Answer> {
  const plan = planIdentity(request, options.identity);
  if (plan.use === "pod" && !plan.fallbackToNode) {
    throw new CredentialError({
      action: `finding the pod's own credential for ${request.image.registry} with --authFlow ${options.authFlow}`,
      reason: "that flow's credentials are the node's",
      advice: "give them to pods with --identity node, or take tokenAttributes out of this provider",
    });
  }
  const { text, origin } =
    options.authFlow === "dockercfg"
      ? { text: await readAttribute("google-dockercfg", context), origin: "google-dockercfg" }
      : await readFromUrl(context);
  const entries = parseDockercfg(text, origin).filter(([key]) => covers(key, request.image));
  if (entries.length === 0) {
    throw new UnsupportedRegistryError(
      `${request.image.registry} has no entry in the .dockercfg of ${origin}; add one, or narrow this provider's matchImages`,
    );
  }
  return { cacheKeyType: "Image", auth: Object.fromEntries(entries), expiresAt: "do-not-cache" };
}

async function readAttribute(name: string, context: Context): Promise<Uint8Array> {
  const answer = await readMetadata(context, `instance/attributes/${name}`, name);
  return bodyOf(
    answer,
    `reading the metadata attribute ${name}`,
    `set the attribute ${name} on the instance`,
  );
}

async function readFromUrl(
  context: Context,
): Promise<{ readonly text: Uint8Array; readonly origin: string }> {
  const attribute = "google-dockercfg-url";
  const url = new TextDecoder().decode(await readAttribute(attribute, context)).trim();
  // Passwords travel in the answer, and the URL itself may hold a token, so it is not shown.
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
    throw new CredentialError({
      action: `reading the .dockercfg that ${attribute} points to`,
      reason: "it is not an https:// URL",
      advice: "serve the file over https",
    });
  }
  const origin = new URL(url).origin;
  const answer = await context.http.cloud({
    service: origin,
    operation: attribute,
    method: "GET",
    url,
  });
  return {
    text: bodyOf(answer, `reading the .dockercfg at ${origin}`, `check the URL in ${attribute}`),
    origin,
  };
}

function bodyOf(answer: TransportResponse, action: string, advice: string): Uint8Array {
  if (answer.status === 200) return answer.body;
  throw new CredentialError({ action, reason: describeAnswer(answer), advice });
}

/** The file's entries: `{ "https://host/path": { "auth": base64("user:password") } }`, or with username and password. */
function parseDockercfg(text: Uint8Array, origin: string): readonly [string, AuthConfig][] {
  const file = parseJsonObject(text);
  if (file === undefined) {
    throw new CredentialError({
      action: `reading the .dockercfg of ${origin}`,
      reason: "it is not a JSON object",
      advice: 'expected {"REGISTRY": {"auth": "..."}}',
    });
  }
  return Object.entries(file).flatMap(([key, value]) => {
    const entry = typeof value === "object" && value !== null ? authOf({ ...value }) : undefined;
    return entry === undefined ? [] : [[key, entry] as [string, AuthConfig]];
  });
}

function authOf(entry: Readonly<Record<string, unknown>>): AuthConfig | undefined {
  const auth = textAt(entry, "auth");
  if (auth === undefined) {
    const [username, password] = [textAt(entry, "username"), textAt(entry, "password")];
    return username === undefined || password === undefined
      ? undefined
      : { username, password: new Secret(password) };
  }
  const decoded = Buffer.from(auth, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 0) return undefined;
  return { username: decoded.slice(0, colon), password: new Secret(decoded.slice(colon + 1)) };
}

/**
 * Whether the kubelet will find an entry for this image: the scheme and a leading /v1/ or /v2/ do not count, host labels
 * are compared one by one, and a path is a prefix (k8s.io/kubernetes, pkg/credentialprovider/keyring.go).
 */
function covers(key: string, image: ImageName): boolean {
  const [, registry = "", path = ""] = /^(?:[a-z]+:\/\/)?([^/]+)(\/.*)?$/.exec(key) ?? [];
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(registry) ?? [];
  if (port !== image.port) return false;
  const [have, want] = [host.split("."), image.host.split(".")];
  if (have.length !== want.length) return false;
  if (!have.every((label, index) => labelMatches(label, want[index] ?? ""))) return false;
  return `/${image.repository}`.startsWith(path.replace(/^\/v[12]\//, "/").replace(/\/$/, ""));
}

function labelMatches(pattern: string, label: string): boolean {
  const source = pattern.replace(/[^A-Za-z0-9]/g, (char) => ({ "*": ".*", "?": "." })[char] ?? `\\${char}`);
  return new RegExp(`^${source}$`).test(label);
}
