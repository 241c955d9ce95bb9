import { readMetadata } from "@imagecred/identities/google";
import {
  type AuthConfig,
  asObject,
  type Context,
  CredentialError,
  type CredentialProviderRequest,
  type Found,
  fromBase64,
  type ProviderResponse,
  parseJsonObject,
  Secret,
  type TransportResponse,
  textAt,
  UnsupportedRegistryError,
  withIdentity,
} from "@imagecred/protocol";
import { Keyring } from "@imagecred/protocol/keyring";
import { errorOf } from "./google-refusal.ts";
import type { GcrOptions } from "./options.ts";

/**
 * Credentials from a `.dockercfg` in the instance's metadata: the attribute `google-dockercfg` itself, or the file at the
 * https URL in `google-dockercfg-url`. They may be for any registries. The response has only those that the kubelet would
 * use for the image, by the kubelet's own rule. It must not be cached, because the credentials' expiry is unknown.
 * @throws {CredentialError}
 * @throws {UnsupportedRegistryError} if the file has no entry for the image
 */
export async function dockercfgResponse(
  request: CredentialProviderRequest,
  options: GcrOptions,
  context: Context,
): Promise<ProviderResponse> {
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
      pod: "remove tokenAttributes from this provider's configuration",
      node: "set the instance's metadata attribute",
    },
  };
  return await withIdentity(choice, context, async (found) => {
    const { identity: keyring, principal } = await found;
    const { registry, repository } = request.image;
    const entries = keyring.lookup(`${registry}/${repository}`).map(({ credential }) => credential);
    const usable = entries.flatMap(({ key, login }) => (login === undefined ? [] : [[key, login] as const]));
    const [broken] = entries;
    if (usable.length > 0) {
      return { cacheKeyType: "Image", auth: Object.fromEntries(usable), expiresAt: "do-not-cache" };
    }
    if (broken === undefined) {
      throw new UnsupportedRegistryError(
        `${registry} has no entry in the .dockercfg of ${principal}; add one, or narrow this provider's matchImages`,
      );
    }
    throw unusable(
      principal,
      `its entry ${JSON.stringify(broken.key)} has no user name and password`,
      'expected "auth" with base64 of user:password, or "username" and "password"',
    );
  });
}

/** One entry of the file; `login` is undefined if it cannot be parsed. */
interface Entry {
  readonly key: string;
  readonly login: AuthConfig | undefined;
}

async function readDockercfg({ authFlow }: GcrOptions, context: Context): Promise<Found<Keyring<Entry>>> {
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
  // The response has passwords, so it must be https. The URL may contain a token, so it is not shown.
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
    throw new CredentialError({
      action: `reading the .dockercfg at the URL in ${attribute}`,
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

/**
 * Parses the file's entries: `{"https://host/path": {"auth": base64("user:password")}}`, or with username and password. A
 * `.docker/config.json` has the same entries in `auths`.
 */
function parseDockercfg(body: Uint8Array, origin: string): Keyring<Entry> {
  const file = parseJsonObject(body);
  if (file === undefined) {
    throw unusable(origin, "it is not a JSON object", 'expected {"REGISTRY": {"auth": "..."}}');
  }
  const entries = Object.entries(asObject(file["auths"]) ?? file);
  const keyring = new Keyring<Entry>();
  keyring.add(new Map(entries.map(([key, value]) => [key, { key, login: loginOf(value) }])));
  return keyring;
}

function loginOf(entry: unknown): AuthConfig | undefined {
  const auth = textAt(entry, "auth");
  const [username, password] =
    auth === undefined ? [textAt(entry, "username"), textAt(entry, "password")] : pairIn(auth);
  return username === undefined || password === undefined
    ? undefined
    : { username, password: new Secret(password) };
}

function pairIn(auth: string): readonly [username?: string, password?: string] {
  try {
    const pair = new TextDecoder().decode(fromBase64(auth));
    const colon = pair.indexOf(":");
    return colon < 0 ? [] : [pair.slice(0, colon), pair.slice(colon + 1)];
  } catch {
    return [];
  }
}

function unusable(origin: string, reason: string, advice: string): CredentialError {
  return new CredentialError({
    action: `reading the .dockercfg of ${origin}`,
    reason,
    advice,
    failure: "misconfigured",
  });
}
