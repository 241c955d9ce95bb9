import type { CredentialProvider } from "@imagecred/kubelet";
import { baseName, joinPath } from "@imagecred/node";
import { type KnownPlugin, type PluginReading, pluginByName } from "../plugins/known-plugins.ts";
import type { LintContext } from "./types.ts";

/** A provider of a plugin that we know, with what that plugin makes of its arguments and environment. */
export interface PluginUse {
  readonly provider: CredentialProvider;
  /** `providers[2]` */
  readonly at: string;
  readonly plugin: KnownPlugin;
  readonly reading: PluginReading;
}

const uses = new WeakMap<LintContext, readonly (PluginUse | undefined)[]>();

/** By the provider's index; undefined for plugins of another make. Read once for all lints. */
export function pluginUses(context: LintContext): readonly (PluginUse | undefined)[] {
  const known = uses.get(context);
  if (known !== undefined) return known;
  const found = context.providers.map((provider, index) => useOf(provider, index, context));
  uses.set(context, found);
  return found;
}

/** Those that are known. */
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

/** A second provider of one plugin is a link to its executable as a rule. */
function pluginByLink(name: string, { binDir, fileSystem }: LintContext): KnownPlugin | undefined {
  if (binDir === undefined || name === "" || name.includes("/")) return undefined;
  const path = joinPath(binDir, name);
  try {
    if (fileSystem.status(path, "do-not-follow")?.kind !== "symlink") return undefined;
    return pluginByName(baseName(fileSystem.realPath(path)));
  } catch {
    // A link to nothing, or one that may not be read: the lints of executables report it.
    return undefined;
  }
}
