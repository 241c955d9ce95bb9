import type { DecidingEntry } from "../identity-map/for-image.ts";

/** The settings of an `--identities` entry in one line: the identity, and the fields of the plugin's cloud. */
export function settingsText({ identity, identityFallback, settings }: DecidingEntry): string {
  const words = [
    ...(identity === "anonymous" ? ["no credential: the image is pulled anonymously"] : []),
    ...(identity === null || identity === "anonymous" ? [] : [`identity ${identity}`]),
    ...(identityFallback === null ? [] : [`identityFallback ${identityFallback}`]),
    ...Object.entries(settings).map(([field, value]) => `${field} ${value}`),
  ];
  return words.length === 0 ? "nothing for this cloud: the plugin's own arguments apply" : words.join(", ");
}
