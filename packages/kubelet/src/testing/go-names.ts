import { formatGoDuration } from "@imagecred/protocol/go";
import type { CredentialProvider } from "../config/types.ts";

/** Providers as Go's json.Marshal prints the kubelet's internal type, which has no JSON names. */
export function goProviders(providers: readonly CredentialProvider[]): object[] {
  return providers.map((provider) => ({
    Name: provider.name,
    MatchImages: provider.matchImages,
    DefaultCacheDuration:
      provider.defaultCacheDuration === null ? null : formatGoDuration(provider.defaultCacheDuration),
    APIVersion: provider.apiVersion,
    Args: provider.args,
    Env: provider.env?.map(({ name, value }) => ({ Name: name, Value: value })) ?? null,
    TokenAttributes: provider.tokenAttributes === null ? null : capitalized(provider.tokenAttributes),
  }));
}

function capitalized(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key.charAt(0).toUpperCase() + key.slice(1), field]),
  );
}
