import { RequestError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { isToken, NOT_A_TOKEN } from "../token.ts";
import { API_VERSIONS, type ApiVersion, carriesServiceAccount, isApiVersion } from "./api-version.ts";
import { type ImageName, parseImage } from "./image-name.ts";

/** The kubelet's request: credentials for this image, optionally for a pod's service account. */
export interface CredentialProviderRequest {
  readonly apiVersion: ApiVersion;
  readonly image: ImageName;
  /** A JWT for the audience that the operator configured; v1 with `tokenAttributes` only. */
  readonly serviceAccountToken: Secret | undefined;
  /** The annotations of the pod's service account that the operator's configuration passes to the plugin. */
  readonly serviceAccountAnnotations: Readonly<Record<string, string>>;
}

/** Longest request: a few hundred bytes, a token of about two kilobytes, and annotations (at most 256 KiB in the API server). */
export const MAX_REQUEST_BYTES = 512 * 1024;

/**
 * Decodes the JSON document that the kubelet writes to a plugin's stdin
 * (k8s.io/kubelet/pkg/apis/credentialprovider, CredentialProviderRequest). Unknown fields are ignored: a newer kubelet may
 * send more.
 * @throws {RequestError} with the mistake and the expected value
 */
export function decodeRequest(bytes: Uint8Array): CredentialProviderRequest {
  if (bytes.length > MAX_REQUEST_BYTES) {
    throw new RequestError(`the request on stdin is larger than ${MAX_REQUEST_BYTES} bytes`);
  }
  const document = parseDocument(bytes);
  if (document["kind"] !== "CredentialProviderRequest") {
    throw new RequestError(`kind is ${shown(document["kind"])}, expected "CredentialProviderRequest"`);
  }
  const apiVersion = document["apiVersion"];
  if (!isApiVersion(apiVersion)) {
    throw new RequestError(`apiVersion is ${shown(apiVersion)}, expected one of ${API_VERSIONS.join(", ")}`);
  }
  const image = document["image"];
  if (typeof image !== "string") throw new RequestError(`image is ${shown(image)}, expected a string`);
  if (image === "") throw new RequestError("image is empty");
  const withServiceAccount = carriesServiceAccount(apiVersion);
  return {
    apiVersion,
    image: parseImage(image),
    serviceAccountToken: withServiceAccount ? decodeToken(document["serviceAccountToken"]) : undefined,
    serviceAccountAnnotations: withServiceAccount
      ? decodeAnnotations(document["serviceAccountAnnotations"])
      : {},
  };
}

function parseDocument(bytes: Uint8Array): Record<string, unknown> {
  const text = decodeUtf8(bytes);
  if (text.trim() === "")
    throw new RequestError("nothing on stdin, expected a CredentialProviderRequest in JSON");
  if (text.startsWith("\ufeff"))
    throw new RequestError("the request on stdin starts with a byte order mark, expected JSON");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the input, which may contain a token.
    throw new RequestError(
      "the request on stdin is not one JSON document (truncated, several documents, or YAML)",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError(`the request on stdin is ${shown(value)}, expected a JSON object`);
  }
  return value as Record<string, unknown>;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new RequestError("the request on stdin is not valid UTF-8");
  }
}

function decodeToken(value: unknown): Secret | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string")
    throw new RequestError(`serviceAccountToken is ${typeName(value)}, expected a string`);
  const token = new Secret(value);
  if (!isToken(value)) throw new RequestError(`serviceAccountToken ${NOT_A_TOKEN}`);
  return token;
}

function decodeAnnotations(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new RequestError(`serviceAccountAnnotations is ${typeName(value)}, expected an object of strings`);
  }
  const annotations: Record<string, string> = Object.create(null);
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== "string") {
      throw new RequestError(
        `serviceAccountAnnotations[${JSON.stringify(key.slice(0, 80))}] is ${typeName(entry)}, expected a string`,
      );
    }
    annotations[key] = entry;
  }
  return annotations;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A string in quotes, shortened; for other values, the type. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value !== "string") return typeName(value);
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
