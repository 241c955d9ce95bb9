/** Decodes a plugin's stdout: execPlugin in pkg/credentialprovider/plugin/plugin.go. */
import { Secret } from "@imagecred/protocol";
import { bytesFrom } from "@imagecred/protocol/go";
import type { KubeletRules } from "../config/kubernetes-version.ts";
import { DecodeContext, DecodeError } from "../decode/decode-context.ts";
import { type GoType, goDurationPointer, goMap, goString, goStruct } from "../decode/go-type.ts";
import {
  type GroupVersionKind,
  groupVersionText,
  InterpretError,
  interpret,
} from "../decode/group-version-kind.ts";
import { JsonSyntaxError, parseGoJson } from "../decode/json.ts";
import type { DataNode } from "../decode/tree.ts";
import { PluginError } from "./plugin-error.ts";

/** A user name and a password. */
export interface PluginCredential {
  readonly username: string;
  readonly password: Secret;
}

/** A plugin's response as decoded by the kubelet; its cacheKeyType is checked later. */
export interface PluginResponse {
  readonly cacheKeyType: string;
  /** Nanoseconds; null if the provider's default applies. */
  readonly cacheDuration: bigint | null;
  /** By key; null when there was none. */
  readonly auth: ReadonlyMap<string, PluginCredential> | null;
}

interface RawResponse {
  readonly kind: string;
  readonly apiVersion: string;
  readonly cacheKeyType: string;
  readonly cacheDuration: bigint | null;
  readonly auth: ReadonlyMap<string, { readonly username: string; readonly password: string }> | null;
}

const GROUP = "credentialprovider.kubelet.k8s.io";
const PACKAGES = ["v1", "v1beta1", "v1alpha1"];

/**
 * Decodes a plugin's output.
 *
 * @param apiVersion the provider's `apiVersion`, which the response must have too
 * @throws {PluginError} with the kubelet's text; `detail` has what it leaves out
 */
export function decodePluginResponse(
  stdout: Uint8Array,
  apiVersion: string,
  rules: KubeletRules,
): PluginResponse {
  const { root, gvk } = interpretResponse(stdout);
  const actual = groupVersionText(gvk);
  if (actual !== apiVersion) {
    throw new PluginError(
      "api-version",
      `apiVersion from credential plugin response did not match expected apiVersion:${apiVersion}, actual apiVersion:${actual}`,
    );
  }
  if (gvk.kind !== "CredentialProviderResponse" || gvk.group !== GROUP || !PACKAGES.includes(gvk.version)) {
    throw undecodable(`kind is "${gvk.kind}", expected "CredentialProviderResponse"`);
  }
  const raw = decodeFields(root, gvk.version, rules);
  const auth =
    raw.auth === null
      ? null
      : new Map(
          [...raw.auth].map(([key, { username, password }]) => [
            key,
            { username, password: new Secret(password) },
          ]),
        );
  return { cacheKeyType: raw.cacheKeyType, cacheDuration: raw.cacheDuration, auth };
}

function interpretResponse(stdout: Uint8Array): { root: DataNode; gvk: GroupVersionKind } {
  const unreadable = (text: string) =>
    new PluginError("not-json", `error reading GVK from response: ${text}`);
  try {
    const root = parseGoJson(bytesFrom(stdout));
    return { root, gvk: interpret(root) };
  } catch (error) {
    if (error instanceof InterpretError) throw unreadable(error.message);
    if (error instanceof JsonSyntaxError) {
      throw unreadable(`couldn't get version/kind; json parse error: ${error.message}`);
    }
    throw error;
  }
}

/** The kubelet's text has no details, because the response contains credentials; the detail contains no values either. */
function undecodable(detail: string): PluginError {
  return new PluginError(
    "undecodable",
    "error decoding credential provider plugin response from stdout",
    detail,
  );
}

function decodeFields(root: DataNode, version: string, rules: KubeletRules): RawResponse {
  const type = responseType(version);
  const context = new DecodeContext();
  try {
    const raw = type.decode(context, root, type.zero());
    if (context.typeMismatch !== undefined) throw context.typeMismatch;
    const strict = context.strictProblems.map((problem) => problem.message);
    if (rules.strictDecoding && strict.length > 0) throw undecodable(strict.join(", "));
    return raw;
  } catch (error) {
    if (error instanceof DecodeError) throw undecodable(error.message);
    throw error;
  }
}

function responseType(version: string): GoType<RawResponse> {
  const entry = goStruct(`${version}.AuthConfig`, { username: goString(), password: goString() });
  return goStruct<RawResponse>(`${version}.CredentialProviderResponse`, {
    kind: goString(),
    apiVersion: goString(),
    cacheKeyType: goString(`${version}.PluginCacheKeyType`),
    cacheDuration: goDurationPointer,
    auth: goMap(entry),
  });
}
