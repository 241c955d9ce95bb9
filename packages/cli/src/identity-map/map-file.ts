import { type DecodedMap, decodeIdentities } from "@imagecred/identity-map";
import type { MapPlaces } from "../machine/map-places.ts";
import type { FileSystem } from "../runtime/types.ts";

/** An `--identities` file, read and decoded. */
export interface MapFile {
  readonly data: Uint8Array;
  readonly decoded: DecodedMap;
}

const LARGEST_MAP = 16 << 20;

/** Reads and decodes a file. @throws the system's error if it cannot be read */
export function decodeMapFile(file: string, fileSystem: Pick<FileSystem, "read">): MapFile {
  const data = fileSystem.read(file, LARGEST_MAP);
  return { data, decoded: decodeIdentities(data) };
}

/** The files read in each run of a command, by path. */
const files = new WeakMap<MapPlaces, Map<string, MapFile>>();

/**
 * Reads and decodes a file once per run of a command.
 * @param places of the command's run
 * @throws the system's error if it cannot be read
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
