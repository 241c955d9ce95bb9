import { type CredentialProviderConfig, matchImage } from "@imagecred/kubelet";
import { hostOnly, type KnownPlugin, pluginByName, pluginOfHost } from "../../plugins/known-plugins.ts";

/** What to add where no provider matches an image. */
export interface Suggestion {
  /** For matchImages. */
  readonly pattern: string;
  /** Name of the provider whose list it belongs in; one that is not there yet is to be added. */
  readonly provider: string;
  readonly isNew: boolean;
}

/** Closest first. A host of another number of labels is another registry altogether. */
const NEARNESS: readonly string[] = ["path", "port", "label"];

/**
 * The pattern that would make an image reach a plugin that has credentials for it: by the plugins' own lists where the
 * registry is one that they know, else by the provider that already has the nearest pattern.
 * @param name the image without tag and digest
 * @returns undefined where no provider is near
 */
export function suggestionFor(name: string, { providers }: CredentialProviderConfig): Suggestion | undefined {
  const registry = name.slice(0, name.indexOf("/"));
  const plugin = pluginOfHost(hostOnly(registry));
  if (plugin !== undefined) {
    const own = providers.find((provider) => pluginByName(provider.name) === plugin);
    return {
      pattern: usualPattern(plugin, name, registry),
      provider: own?.name ?? plugin.name,
      isNew: own === undefined,
    };
  }
  const misses = providers.flatMap((provider) =>
    (provider.matchImages ?? []).map((pattern) => ({
      provider: provider.name,
      nearness: NEARNESS.indexOf(matchImage(pattern, name).reason.kind),
    })),
  );
  // A plugin of ours has nothing for a registry that is not its cloud's.
  const [nearest] = misses
    .filter(({ nearness, provider }) => nearness >= 0 && pluginByName(provider) === undefined)
    .sort((a, b) => a.nearness - b.nearness);
  return nearest === undefined ? undefined : { pattern: registry, provider: nearest.provider, isNew: false };
}

function usualPattern({ matchImages }: KnownPlugin, name: string, registry: string): string {
  return matchImages.find((pattern) => matchImage(pattern, name).matched) ?? registry;
}
