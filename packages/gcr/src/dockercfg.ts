import {
  type Answer,
  type AuthConfig,
  type Context,
  CredentialError,
  type CredentialProviderRequest,
  type Found,
  type ImageName,
  parseJsonObject,
  Secret,
  type TransportResponse,
  textAt,
  UnsupportedRegistryError,
  withIdentity,
} from "@imagecred/protocol";
import { errorOf } from "./google-response.ts";
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
  const choice = {
    request,
    policy: options.identity,
    mirrored: false,
    pod: () => ({
      name: "the pod's own credential",
      find: async () => ({ unavailable: `credentials of --authFlow ${options.authFlow} are the node's` }),
    }),
    node: () => [
      { name: `--authFlow ${options.authFlow}`, find: async () => await readDockercfg(options, context) },
    ],
    advice: {
      pod: "take tokenAttributes out of this provider's configuration",
      node: "set the instance's metadata attribute",
    },
  };
  return await withIdentity(choice, context, async (found) => {
    const { identity: file, principal } = await found;
    const entries = file.filter(([key]) => covers(key, request.image));
    if (entries.length === 0) {
      throw new UnsupportedRegistryError(
        `${request.image.registry} has no entry in the .dockercfg of ${principal}; add one, or narrow this provider's matchImages`,
      );
    }
    return { cacheKeyType: "Image", auth: Object.fromEntries(entries), expiresAt: "do-not-cache" };
  });
}

/** The entries of a .dockercfg, in its order. */
type Entries = readonly (readonly [key: string, login: AuthConfig])[];

async function readDockercfg({ authFlow }: GcrOptions, context: Context): Promise<Found<Entries>> {
  const { body, origin } =
    authFlow === "dockercfg"
      ? { body: await readAttribute("google-dockercfg", context), origin: "google-dockercfg" }
      : await readFromUrl(context);
  return { identity: parseDockercfg(body, origin), principal: origin };
}

async function readAttribute(name: string, context: Context): Promise<Uint8Array> {
  const response = await readMetadata(context, `instance/attributes/${name}`, name);
  return bodyOf(
    response,
    `reading the metadata attribute ${name}`,
    `set the attribute ${name} on the instance`,
  );
}

async function readFromUrl(
  context: Context,
): Promise<{ readonly body: Uint8Array; readonly origin: string }> {
  const attribute = "google-dockercfg-url";
  const url = new TextDecoder().decode(await readAttribute(attribute, context)).trim();
  // Passwords travel in the response, and the URL itself may hold a token, so it is not shown.
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
    throw new CredentialError({
      action: `reading the .dockercfg that ${attribute} points to`,
      reason: "it is not an https:// URL",
      advice: "serve the file over https",
    });
  }
  const origin = new URL(url).origin;
  const response = await context.http.cloud({
    service: origin,
    operation: attribute,
    method: "GET",
    url,
  });
  return {
    body: bodyOf(response, `reading the .dockercfg at ${origin}`, `check the URL in ${attribute}`),
    origin,
  };
}

function bodyOf(response: TransportResponse, action: string, advice: string): Uint8Array {
  if (response.status === 200) return response.body;
  throw errorOf(response, action, advice);
}

/** The file's entries: `{ "https://host/path": { "auth": base64("user:password") } }`, or with username and password. */
function parseDockercfg(body: Uint8Array, origin: string): Entries {
  const file = parseJsonObject(body);
  if (file === undefined) {
    throw new CredentialError({
      action: `reading the .dockercfg of ${origin}`,
      reason: "it is not a JSON object",
      advice: 'expected {"REGISTRY": {"auth": "..."}}',
    });
  }
  return Object.entries(file).flatMap(([key, value]) => {
    const entry = authOf(value);
    return entry === undefined ? [] : [[key, entry] as const];
  });
}

function authOf(entry: unknown): AuthConfig | undefined {
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
