import { joinPath, writeAtomically } from "@imagecred/node";
import { hex, type JsonObject, parseJsonObject } from "@imagecred/protocol";
import type { Platform } from "../runtime/types.ts";
import { checkDirectory, makeDirectories, systemDoes, type Target } from "./target.ts";

/** Directory on the node with the files in which install records its work. */
export const RECORD_DIRECTORY = "/var/lib/imagecred";

const API_VERSION = "imagecred.dev/v1alpha1";
const MODE = 0o644;

/** A file in {@link RECORD_DIRECTORY}. */
export interface NodeNote {
  readonly path: string;
  readonly kind: string;
}

/** The file of this name in {@link RECORD_DIRECTORY}. */
export function nodeNote(name: string, kind: string): NodeNote {
  return { path: joinPath(RECORD_DIRECTORY, name), kind };
}

/** The content of a note; undefined if it is damaged, or of another kind or version. */
export function parseNote({ kind }: NodeNote, text: string): JsonObject | undefined {
  const document = parseJsonObject(text);
  return document?.["apiVersion"] === API_VERSION && document["kind"] === kind ? document : undefined;
}

/** Writes a note atomically and creates its directory. @throws {CommandError} */
export function writeNote(
  { path, kind }: NodeNote,
  content: object,
  target: Target,
  platform: Platform,
): void {
  const { files } = target;
  checkDirectory(target, RECORD_DIRECTORY, platform);
  makeDirectories(target, RECORD_DIRECTORY);
  const document = { apiVersion: API_VERSION, kind, ...content };
  systemDoes(`writing ${files.outside(path)}`, () =>
    writeAtomically(files, {
      path,
      data: new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`),
      mode: MODE,
      owner: { uid: 0, gid: 0 },
      unique: hex(platform.crypto.randomBytes(8)),
    }),
  );
}
