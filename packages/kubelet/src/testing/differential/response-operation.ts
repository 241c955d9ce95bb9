import { formatGoDuration } from "@imagecred/protocol/go";
import { kubeletRules } from "../../config/kubernetes-version.ts";
import { PluginError } from "../../plugin/plugin-error.ts";
import { decodePluginResponse, type PluginResponse } from "../../plugin/response.ts";
import { bytes, type Case, optionalText, text } from "./input.ts";

/** Decodes a plugin's stdout as execPlugin does. */
export function responseCase(input: Case) {
  const rules = kubeletRules(optionalText(input, "kubernetesVersion"));
  try {
    const response = decodePluginResponse(bytes(input, "stdout"), text(input, "apiVersion"), rules);
    return { error: null, response: shownResponse(response) };
  } catch (error) {
    if (error instanceof PluginError) return { error: error.message };
    throw error;
  }
}

/** In the form of the recorded cases, passwords included: they are the cases' own. */
export function shownResponse({ cacheKeyType, cacheDuration, auth }: PluginResponse) {
  return {
    cacheKeyType,
    cacheDuration: cacheDuration === null ? null : formatGoDuration(cacheDuration),
    auth: auth === null ? null : shownCredentials(auth),
  };
}

/** Passwords in the clear, for comparing. */
export function shownCredentials(auth: NonNullable<PluginResponse["auth"]>) {
  return Object.fromEntries(
    [...auth].map(([key, { username, password }]) => [key, { username, password: password.reveal() }]),
  );
}
