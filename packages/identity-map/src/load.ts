/** Loads the `--identities` file for a plugin, checks it, and gives the settings for an image. */
import {
  type Files,
  type IdentityPolicy,
  type ImageIdentities,
  type ImageName,
  type ImageSettings,
  type Invocation,
  type Logger,
  OptionsError,
  type TemplateValues,
} from "@imagecred/protocol";
import { type DecodedMap, decodeIdentities, type MapProblem } from "./decode.ts";
import type { Cloud, Entry, Parts } from "./fields.ts";
import { distinguishesPaths, matches } from "./pattern.ts";

/**
 * Parses one field of an entry's part.
 * @param field within the part, such as `roleChain[1].roleArn`
 * @param value the field's value; undefined if it is not set
 * @param parse parses the value for the plugin; throws an OptionsError whose message begins with `from`
 * @returns undefined if the field is not set or has a problem
 */
export type ReadField = <Value, Parsed>(
  field: string,
  value: Value | undefined,
  parse: (value: Value, from: string) => Parsed,
) => Parsed | undefined;

/** The changes of an entry to the plugin's options. */
export type Overlay<Options> = (options: Options) => Options;

/** Parses a plugin's part of an entry. */
export type ReadPart<Name extends Cloud, Options> = (part: Parts[Name], read: ReadField) => Overlay<Options>;

/** A plugin's facts about the file, for programs that check and explain it. */
export interface MapFacts {
  /** The part of an entry that the plugin reads. */
  readonly part: Cloud;
  /**
   * The problems of a file for the plugin with these arguments, without problems of the flags.
   * @param decoded the file, decoded once for all plugins
   * @param file the path, for messages
   */
  check(
    decoded: DecodedMap,
    file: string,
    invocation: Pick<Invocation, "args" | "env">,
  ): readonly MapProblem[];
  /** The values of placeholders for an image; undefined for an image of another cloud. */
  placeholders(image: ImageName): TemplateValues | undefined;
}

interface Checked<Options> {
  readonly entry: Entry;
  readonly overlay: Overlay<Options> | undefined;
}

/** A file's entries for one plugin, or their problems. */
export interface CheckedMap<Options> {
  readonly entries: readonly Checked<Options>[];
  readonly problems: readonly MapProblem[];
}

/**
 * Checks a plugin's part of every entry of a decoded file.
 * @param file the path, for messages
 */
export function checkIdentities<Name extends Cloud, Options>(
  decoded: DecodedMap,
  file: string,
  cloud: Name,
  readPart: ReadPart<Name, Options>,
): CheckedMap<Options> {
  if (decoded.problems.length > 0) return { entries: [], problems: decoded.problems };
  const problems: MapProblem[] = [];
  const entries = decoded.entries.map((entry, index): Checked<Options> => {
    const part: Parts[Name] | undefined = entry[cloud];
    if (part === undefined) return { entry, overlay: undefined };
    const at = `identities[${index}].${cloud}`;
    const read: ReadField = (field, value, parse) => {
      if (value === undefined) return undefined;
      const path = `${at}.${field}`;
      const position = decoded.locate(path);
      const from = `${placeText(file, position)}: ${cloud}.${field}`;
      try {
        return parse(value, from);
      } catch (error) {
        if (!(error instanceof OptionsError)) throw error;
        const place = `${placeText(file, position)}: `;
        const message = error.message.replaceAll(place, "");
        // For a group, the field at the beginning of the message.
        const [name = ""] = /^[\w.]+/.exec(message) ?? [];
        const within = name.startsWith(`${cloud}.${field}.`) ? `identities[${index}].${name}` : path;
        problems.push({ path: within, message, position: decoded.locate(within) });
        return undefined;
      }
    };
    return { entry, overlay: readPart(part, read) };
  });
  return { entries, problems };
}

/**
 * Loads the `--identities` file.
 * @throws {OptionsError} with file, line and column
 */
export async function loadIdentities<
  Name extends Cloud,
  Options extends { readonly identity: IdentityPolicy },
>(
  path: string,
  cloud: Name,
  readPart: ReadPart<Name, Options>,
  { files, log }: { readonly files: Files; readonly log: Logger },
): Promise<ImageIdentities<Options>> {
  const data = await files.readBytes(path, "identity map");
  const { entries, problems } = checkIdentities(decodeIdentities(data), path, cloud, readPart);
  const [first, ...others] = problems;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` (and ${others.length} more: imagecred validate ${path})`;
    throw new OptionsError(`${placeText(path, first.position)}: ${first.message}${more}`);
  }
  return {
    settingsFor(target, options) {
      const found = entries.findIndex(({ entry }) => entryMatches(entry, target));
      const chosen = entries[found];
      const byPath = entries.some(({ entry }) =>
        entry.registries.some((pattern) => distinguishesPaths(pattern, target.name)),
      );
      log.info("identity-entry", {
        file: path,
        entry: chosen === undefined ? "none" : `identities[${found}]`,
      });
      return chosen === undefined
        ? { options, byPath, anonymous: false, asPod: false }
        : { ...settingsOf(chosen, options), byPath };
    },
  };
}

function settingsOf<Options extends { readonly identity: IdentityPolicy }>(
  { entry, overlay }: Checked<Options>,
  options: Options,
): Omit<ImageSettings<Options>, "byPath"> {
  const changed = overlay?.(options) ?? options;
  return {
    options: { ...changed, identity: policyOf(entry, options.identity) },
    anonymous: entry.identity === "anonymous",
    asPod: entry.identity === "pod",
  };
}

/** As with the flags, `identity: pod` alone means no fallback. */
function policyOf({ identity: word, identityFallback }: Entry, policy: IdentityPolicy): IdentityPolicy {
  const identity = word === undefined || word === "anonymous" ? policy.identity : word;
  const fallback = word === "pod" ? "none" : policy.fallback;
  return { identity, fallback: identityFallback ?? fallback };
}

/** The first entry that matches an image, with the pattern that matched. */
export function entryFor(
  entries: readonly Entry[],
  target: Pick<ImageName, "name">,
): { readonly index: number; readonly pattern: string } | undefined {
  const index = entries.findIndex((entry) => entryMatches(entry, target));
  const pattern = entries[index]?.registries.find((each) => matches(each, target.name));
  return pattern === undefined ? undefined : { index, pattern };
}

function entryMatches({ registries }: Entry, { name }: Pick<ImageName, "name">): boolean {
  return registries.some((pattern) => matches(pattern, name));
}

function placeText(file: string, { line, column }: MapProblem["position"]): string {
  return `${file}:${line}:${column}`;
}
