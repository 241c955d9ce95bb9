import type { DecidingEntry } from "../identity-map/for-image.ts";

/** What an entry of a file of `--identities` says, in a line: whose identity, and the fields of the plugin's cloud. */
export function settingsText({ identity, identityFallback, settings }: DecidingEntry): string {
  const words = [
    ...(identity === "anonymous" ? ["no credential: the image is pulled anonymously"] : []),
    ...(identity === null || identity === "anonymous" ? [] : [`identity ${identity}`]),
    ...(identityFallback === null ? [] : [`identityFallback ${identityFallback}`]),
    ...Object.entries(settings).map(([field, value]) => `${field} ${value}`),
  ];
  return words.length === 0 ? "nothing for this cloud: the plugin's own arguments decide" : words.join(", ");
}
