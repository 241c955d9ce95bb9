import { type DecodedMap, type Entry, entryFor, type MapProblem } from "@imagecred/identity-map";
import { type CredentialProvider, matchImage } from "@imagecred/kubelet";
import {
  fillTemplate,
  type ImageName,
  mirrorOf,
  OptionsError,
  parseImage,
  type TemplateValues,
  targetImage,
} from "@imagecred/protocol";
import { systemReason } from "../errors.ts";
import type { MapPlaces } from "../machine/map-places.ts";
import { whyNot } from "../output/explain-match.ts";
import { type KnownPlugin, pluginByName } from "../plugins/known-plugins.ts";
import type { FileSystem } from "../runtime/types.ts";
import { readMapFile } from "./map-file.ts";

/** One entry of an `--identities` file, compared with an image. */
export interface ComparedEntry {
  /** `identities[2]` */
  readonly entry: string;
  /** The pattern that matches, else the entry's only or first one. */
  readonly pattern: string;
  readonly matched: boolean;
  /** Why it does not match, in words; empty if it matches. */
  readonly message: string;
}

/** The entry that applies to an image. */
export interface DecidingEntry {
  /** `identities[2]` */
  readonly entry: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly pattern: string;
  /** `node`, `pod` or `anonymous`; null if the entry does not set it. */
  readonly identity: string | null;
  readonly identityFallback: string | null;
  /** The entry's settings for the plugin's cloud, by field name, with placeholders filled in. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The effect of a provider's `--identities` file on an image. */
export interface IdentitiesForImage {
  /** Path of the file as in the provider's arguments. */
  readonly named: string;
  /** The image's name at its registry (with --registry at the mapped one), with which patterns are compared. */
  readonly asked: string;
  /** Why the plugin fails for this image, or why that is not known; null if neither. */
  readonly problem: string | null;
  /** True if the file is not on this machine; it can still be on the node. */
  readonly unavailable: boolean;
  /** null if no entry matches, or the file could not be read. */
  readonly deciding: DecidingEntry | null;
  /** Why this entry or no entry applies, in a sentence. */
  readonly why: string;
  /** The entries up to the one that applies. */
  readonly compared: readonly ComparedEntry[];
}

/** @returns null for a provider that is not a plugin of ours, and for one without `--identities` */
export function identitiesForImage(
  provider: CredentialProvider,
  name: string,
  places: MapPlaces,
  fileSystem: FileSystem,
): IdentitiesForImage | null {
  const plugin = pluginByName(provider.name);
  if (plugin === undefined) return null;
  const args = provider.args ?? [];
  const env = Object.fromEntries((provider.env ?? []).map(({ name: key, value }) => [key, value]));
  const reading = plugin.read({ args, env });
  const { identitiesFile: named } = reading;
  if (named === undefined) return null;
  let image: ImageName;
  try {
    const own = parseImage(name);
    image = targetImage(own, mirrorOf(own, reading.mirrors));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return unknown(named, name, error.message);
  }
  const file = places.find(named);
  if (file === undefined) {
    const reason = places.complete ? "no such file or directory" : "it is not on this machine";
    return unknown(named, image.name, `${named}: ${reason}`, !places.complete);
  }
  let decoded: DecodedMap;
  try {
    decoded = readMapFile(file, places, fileSystem).decoded;
  } catch (error) {
    return unknown(named, image.name, `${file}: ${systemReason(error)}`);
  }
  const { entries, locate } = decoded;
  const [problem] = plugin.map.check(decoded, file, { args, env });
  if (problem !== undefined) return unknown(named, image.name, problemText(file, problem));
  const found = entryFor(entries, image);
  const compared = entries
    .slice(0, found === undefined ? entries.length : found.index + 1)
    .map((entry, index) => compare(entry, index, image.name));
  if (found === undefined) {
    const why = "no entry matches, so the plugin's own arguments apply";
    return { named, asked: image.name, problem: null, unavailable: false, deciding: null, why, compared };
  }
  const { index, pattern } = found;
  const entry = entries[index];
  const path = `identities[${index}]`;
  const { settings, problem: unfilled } = settingsOf(entry, plugin, image, `${file}: ${path}`);
  const { part } = plugin.map;
  const nothing = entry?.[part] === undefined && entry?.identity !== "anonymous";
  return {
    named,
    asked: image.name,
    problem: unfilled ?? null,
    unavailable: false,
    deciding: {
      entry: path,
      file,
      ...locate(path),
      pattern,
      identity: entry?.identity ?? null,
      identityFallback: entry?.identityFallback ?? null,
      settings,
    },
    why: `${JSON.stringify(pattern)} is the first match${nothing ? `; the entry has no ${part}, so the plugin's own arguments apply` : ""}`,
    compared,
  };
}

function unknown(named: string, asked: string, problem: string, unavailable = false): IdentitiesForImage {
  return { named, asked, problem, unavailable, deciding: null, why: "the file cannot be used", compared: [] };
}

/** Whether the plugin fails for the image because of its file. */
export function failsForImage(identities: IdentitiesForImage | null): boolean {
  return identities !== null && identities.problem !== null && !identities.unavailable;
}

function problemText(file: string, { position, message }: MapProblem): string {
  return `${file}:${position.line}:${position.column}: ${message}`;
}

function compare({ registries }: Entry, index: number, name: string): ComparedEntry {
  const pattern = registries.find((each) => matchImage(each, name).matched) ?? registries[0] ?? "";
  const explanation = matchImage(pattern, name);
  const more =
    explanation.matched || registries.length < 2
      ? ""
      : `; the other ${registries.length - 1} do not match either`;
  return {
    entry: `identities[${index}]`,
    pattern,
    matched: explanation.matched,
    message: explanation.matched ? "" : whyNot(explanation) + more,
  };
}

/** The settings in an entry's part with placeholders filled in, by their paths within the part. */
function settingsOf(
  entry: Entry | undefined,
  { map }: KnownPlugin,
  image: ImageName,
  from: string,
): { readonly settings: Readonly<Record<string, string>>; readonly problem: string | undefined } {
  const values: TemplateValues = map.placeholders(image) ?? {};
  const settings: Record<string, string> = {};
  let problem: string | undefined;
  for (const [path, text] of textsIn(entry?.[map.part], "")) {
    try {
      settings[path] = fillTemplate({ text, from: `${from}.${map.part}.${path}` }, values, image.name);
    } catch (error) {
      if (!(error instanceof OptionsError)) throw error;
      problem ??= error.message;
      settings[path] = text;
    }
  }
  return { settings, problem };
}

function textsIn(value: unknown, path: string): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, path === "" ? key : `${path}.${key}`));
}
