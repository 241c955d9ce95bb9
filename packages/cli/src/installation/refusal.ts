import { readText } from "@imagecred/node";
import type { Platform } from "../runtime/types.ts";
import { nodeNote, parseNote, RECORD_DIRECTORY, writeNote } from "./node-note.ts";
import type { Placement } from "./place.ts";
import { sha256Hex } from "./sha256.ts";
import { systemDoes, type Target } from "./target.ts";

const NOTE = nodeNote("refused.json", "RefusedInstallation");
/** The file on the node that records with which files the kubelet did not come up, so that they are not installed again. */
export const REFUSAL = NOTE.path;

/** An install that was rolled back because the kubelet did not come up. */
export interface Refusal {
  /** {@link refusalHash} of its files. */
  readonly hash: string;
  /** RFC 3339. */
  readonly time: string;
  /** The kubelet's own reason. */
  readonly cause: string;
}

/** Hash of the paths and contents of configuration and executables: if it changes, the install is retried. */
export function refusalHash(
  placements: readonly Pick<Placement, "role" | "to" | "sha256">[],
  crypto: Platform["crypto"],
): string {
  const files = placements
    .filter(({ role }) => role === "executable" || role === "config")
    .map(({ to, sha256 }) => [to, sha256]);
  return `sha256:${sha256Hex(crypto, new TextEncoder().encode(JSON.stringify(files)))}`;
}

/** The last refusal on a node; undefined if there is none or its note cannot be read: then the install is retried. */
export function readRefusal({ files }: Target): Refusal | undefined {
  const text = systemDoes(`reading ${files.outside(REFUSAL)}`, () => readText(files, REFUSAL));
  const { hash, time, cause } = (text.state === "read" ? parseNote(NOTE, text.text) : undefined) ?? {};
  return typeof hash === "string" && typeof time === "string" && typeof cause === "string"
    ? { hash, time, cause }
    : undefined;
}

/** Records a refusal, replacing the previous one. @throws {CommandError} */
export function writeRefusal(refusal: Refusal, target: Target, platform: Platform): void {
  writeNote(NOTE, refusal, target, platform);
}

/** Removes the note, and its directory if nothing else is in it. @throws {CommandError} */
export function forgetRefusal(target: Target): void {
  const { files } = target;
  if (systemDoes(REFUSAL, () => files.status(REFUSAL, "do-not-follow")) === undefined) return;
  systemDoes(`removing ${files.outside(REFUSAL)}`, () => {
    files.remove(REFUSAL);
    files.syncDirectory(RECORD_DIRECTORY);
  });
  try {
    if (files.list(RECORD_DIRECTORY).length === 0) files.removeDirectory(RECORD_DIRECTORY);
  } catch {
    // A mount point: a volume of the installer's own container.
  }
}
