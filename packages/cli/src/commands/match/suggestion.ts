import { type CredentialProviderConfig, matchImage } from "@imagecred/kubelet";
import { covers } from "../../lint/glob-set.ts";
import { hostOnly, type KnownPlugin, pluginByName, pluginOfHost } from "../../plugins/known-plugins.ts";

/** The pattern to add when no provider matches an image. */
export interface Suggestion {
  /** For matchImages. */
  readonly pattern: string;
  /** Name of the provider whose matchImages needs the pattern; with `isNew`, of a provider to add. */
  readonly provider: string;
  readonly isNew: boolean;
}

/** Two hosts with at least this many labels of which one differs are taken for the same registry. */
const FEWEST_LABELS = 3;

/** How far a pattern is from an image, 0 being the closest; undefined if they are unrelated. */
function distance(pattern: string, name: string): number | undefined {
  const { reason, pattern: own, image } = matchImage(pattern, name);
  if (own === undefined || image === undefined || own.labels.length !== image.labels.length) return undefined;
  const differing = own.labels.filter((label, index) => !covers(label, image.labels[index] ?? "")).length;
  if (differing === 0) return reason.kind === "path" ? 0 : 1;
  return differing === 1 && own.labels.length >= FEWEST_LABELS ? 2 : undefined;
}

/**
 * The pattern that would make a provider with credentials for the image match it: from our plugins' own lists for a
 * registry of their cloud, else for the provider with the closest pattern.
 * @param name the image without tag and digest
 * @returns undefined if no provider is close
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
      far: distance(pattern, name),
    })),
  );
  // Our plugins have no credentials for registries outside their cloud.
  const [nearest] = misses
    .filter(({ far, provider }) => far !== undefined && pluginByName(provider) === undefined)
    .sort((a, b) => (a.far ?? 0) - (b.far ?? 0));
  return nearest === undefined ? undefined : { pattern: registry, provider: nearest.provider, isNew: false };
}

function usualPattern({ matchImages }: KnownPlugin, name: string, registry: string): string {
  return matchImages.find((pattern) => matchImage(pattern, name).matched) ?? registry;
}
