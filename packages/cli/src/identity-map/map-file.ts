import { type DecodedMap, decodeIdentities } from "@imagecred/identity-map";
import type { MapPlaces } from "../machine/map-places.ts";
import type { FileSystem } from "../runtime/types.ts";

/** A file of `--identities`, read and decoded. */
export interface MapFile {
  readonly data: Uint8Array;
  readonly decoded: DecodedMap;
}

const LARGEST_MAP = 16 << 20;

/** Reads and decodes a file. @throws the system's error where it cannot be read */
export function decodeMapFile(file: string, fileSystem: Pick<FileSystem, "read">): MapFile {
  const data = fileSystem.read(file, LARGEST_MAP);
  return { data, decoded: decodeIdentities(data) };
}

/** The files of each run of a command, by their paths. */
const files = new WeakMap<MapPlaces, Map<string, MapFile>>();

/**
 * A file, read and decoded once for every provider, lint and image of a command that asks for it.
 * @param places of the command's run
 * @throws the system's error where it cannot be read
 */
export function readMapFile(file: string, places: MapPlaces, fileSystem: Pick<FileSystem, "read">): MapFile {
  const ofRun = files.get(places) ?? new Map<string, MapFile>();
  files.set(places, ofRun);
  const before = ofRun.get(file);
  if (before !== undefined) return before;
  const read = decodeMapFile(file, fileSystem);
  ofRun.set(file, read);
  return read;
}
