import type { Universe } from "../universe.ts";

/** Google's services that receive credentials. */
export type GoogleService = "oauth2" | "sts" | "iamcredentials";

/**
 * Whether a URL is an endpoint of a service: `sts.googleapis.com`, and its regional, mTLS and Private Service Connect forms
 * (https://cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints).
 */
export function isServiceUrl(text: string, service: GoogleService, universe: Universe): boolean {
  // WHATWG's parser drops tabs and accepts `https:/`; Google's libraries do not.
  if (!/^https:\/\/\S+$/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.port !== "" || url.username !== "" || url.password !== "") return false;
  if (!url.hostname.endsWith(`.${universe.domain}`)) return false;
  const name = url.hostname.slice(0, -universe.domain.length - 1);
  const label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
  return new RegExp(
    `^(?:${label}[.-])?${service}$|^${service}\\.(?:${label}|${label}\\.rep)$|^${service}-${label}\\.p$`,
  ).test(name);
}
