import type { Cloud, Entry, MapProblem } from "@imagecred/identity-map";
import { systemReason } from "../errors.ts";
import { readMapFile } from "../identity-map/map-file.ts";
import { KNOWN_PLUGINS } from "../plugins/known-plugins.ts";
import { knownUses, type PluginUse } from "./plugin-uses.ts";
import type { FilePlace, LintContext } from "./types.ts";

/** An `--identities` file that could be read. */
export interface IdentityMap {
  /** The path from which it was read. */
  readonly file: string;
  readonly text: string;
  /** The providers that name it. Empty for a file that is checked by itself. */
  readonly uses: readonly PluginUse[];
  /** Empty if the file has a problem. */
  readonly entries: readonly Entry[];
  readonly problems: readonly MapProblem[];
  /** The position of a value, by its path. */
  place(path: string): FilePlace;
}

/** An `--identities` file that cannot be read. */
export interface UnreadMap {
  readonly named: string;
  readonly uses: readonly PluginUse[];
  /** Why; undefined if it is not on this machine: it can still be on the node. */
  readonly reason: string | undefined;
}

/** The `--identities` files of a configuration. */
export interface IdentityMaps {
  readonly read: readonly IdentityMap[];
  readonly unread: readonly UnreadMap[];
}

const known = new WeakMap<LintContext, IdentityMaps>();

/** Every `--identities` file, each once. Read once for all lints. */
export function identityMapsOf(context: LintContext): IdentityMaps {
  const found = known.get(context) ?? findMaps(context);
  known.set(context, found);
  return found;
}

/** The argument with which a provider names the file: `providers[0].args[2]`. */
export function argumentOf({ at, provider }: PluginUse): string {
  const index = (provider.args ?? []).findIndex((word) => /^--?identities(?:=|$)/.test(word));
  return index < 0 ? `${at}.args` : `${at}.args[${index}]`;
}

function findMaps(context: LintContext): IdentityMaps {
  const { alone } = context.mapPlaces;
  const byName = new Map<string, PluginUse[]>();
  for (const use of knownUses(context)) {
    const { identitiesFile: named } = use.reading;
    if (named !== undefined) byName.set(named, [...(byName.get(named) ?? []), use]);
  }
  const read: IdentityMap[] = [];
  const unread: UnreadMap[] = [];
  if (alone !== undefined) read.push(readMap(alone, context, []));
  for (const [named, uses] of byName) {
    const file = context.mapPlaces.find(named);
    if (file === undefined) {
      const reason = context.mapPlaces.complete ? "no such file or directory" : undefined;
      unread.push({ named, uses, reason });
      continue;
    }
    try {
      read.push(readMap(file, context, uses));
    } catch (error) {
      unread.push({ named, uses, reason: systemReason(error) });
    }
  }
  return { read, unread };
}

/** Checks the file as all plugins do: those that use it with their arguments, the others without. */
function readMap(file: string, context: LintContext, uses: readonly PluginUse[]): IdentityMap {
  const { data, decoded } = readMapFile(file, context.mapPlaces, context.fileSystem);
  const { entries, problems, locate } = decoded;
  const ofPlugins =
    problems.length > 0
      ? []
      : KNOWN_PLUGINS.flatMap((plugin) => {
          const args = uses.find((use) => use.plugin === plugin)?.provider.args ?? [];
          return plugin.map.check(decoded, file, { args, env: {} });
        });
  const all = [...problems, ...ofPlugins];
  return {
    file,
    text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(data),
    uses,
    entries: all.length > 0 ? [] : entries,
    problems: all,
    place: (path) => ({ file, ...locate(path) }),
  };
}

/** The fields of each cloud's part that give an identity to pods whose service account names none. */
const POD_FIELDS: Readonly<Record<Cloud, readonly string[]>> = {
  aws: ["podRoleArn"],
  azure: ["clientId"],
  google: ["workloadIdentityProvider"],
};

/** Whether a provider's file gives some pods an identity without an annotation. */
export function givesPodsIdentity({ plugin, provider }: PluginUse, context: LintContext): boolean {
  const { part } = plugin.map;
  return identityMapsOf(context).read.some(
    ({ entries, uses }) =>
      uses.some((use) => use.provider === provider) &&
      entries.some((entry) => POD_FIELDS[part].some((field) => Object.hasOwn(entry[part] ?? {}, field))),
  );
}
