import type { CredentialProvider } from "@imagecred/kubelet";
import { baseName, joinPath } from "@imagecred/node";
import { type KnownPlugin, type PluginReading, pluginByName } from "../plugins/known-plugins.ts";
import type { LintContext } from "./types.ts";

/** A provider of one of our plugins, with its arguments and environment as the plugin reads them. */
export interface PluginUse {
  readonly provider: CredentialProvider;
  /** `providers[2]` */
  readonly at: string;
  readonly plugin: KnownPlugin;
  readonly reading: PluginReading;
}

const uses = new WeakMap<LintContext, readonly (PluginUse | undefined)[]>();

/** By provider index; undefined for other plugins. Read once for all lints. */
export function pluginUses(context: LintContext): readonly (PluginUse | undefined)[] {
  const known = uses.get(context);
  if (known !== undefined) return known;
  const found = context.providers.map((provider, index) => useOf(provider, index, context));
  uses.set(context, found);
  return found;
}

/** The providers of our plugins. */
export function knownUses(context: LintContext): readonly PluginUse[] {
  return pluginUses(context).filter((use) => use !== undefined);
}

function useOf(provider: CredentialProvider, index: number, context: LintContext): PluginUse | undefined {
  const plugin = pluginByName(provider.name) ?? pluginByLink(provider.name, context);
  if (plugin === undefined) return undefined;
  const env = Object.fromEntries((provider.env ?? []).map(({ name, value }) => [name, value]));
  return {
    provider,
    at: `providers[${index}]`,
    plugin,
    reading: plugin.read({ args: provider.args ?? [], env }),
  };
}

/** The plugin that the provider's executable links to: a second provider of one plugin is usually such a link. */
function pluginByLink(name: string, { binDir, fileSystem }: LintContext): KnownPlugin | undefined {
  if (binDir === undefined || name === "" || name.includes("/")) return undefined;
  const path = joinPath(binDir, name);
  try {
    if (fileSystem.status(path, "do-not-follow")?.kind !== "symlink") return undefined;
    return pluginByName(baseName(fileSystem.realPath(path)));
  } catch {
    // A broken or unreadable link: the lints of executables report it.
    return undefined;
  }
}
