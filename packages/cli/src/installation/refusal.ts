import { joinPath, readText, writeAtomically } from "@imagecred/node";
import { hex, parseJsonObject } from "@imagecred/protocol";
import type { Platform } from "../runtime/types.ts";
import type { Placement } from "./place.ts";
import { RECORD_DIRECTORY } from "./record.ts";
import { sha256Hex } from "./sha256.ts";
import { makeDirectories, systemDoes, type Target } from "./target.ts";

/** What this node's kubelet did not come up with, so that nothing tries the same again and again. */
export const REFUSAL = joinPath(RECORD_DIRECTORY, "refused.json");

const API_VERSION = "imagecred.dev/v1alpha1";
const KIND = "RefusedInstallation";

/** Files with which a kubelet did not come up, and which were put back. */
export interface Refusal {
  /** {@link refusalHash} of them. */
  readonly hash: string;
  /** RFC 3339. */
  readonly time: string;
  /** The kubelet's own reason. */
  readonly cause: string;
}

/** What decides whether a kubelet is tried again: where configuration and executables are, and their contents. */
export function refusalHash(
  placements: readonly Pick<Placement, "role" | "to" | "sha256">[],
  crypto: Platform["crypto"],
): string {
  const files = placements
    .filter(({ role }) => role === "executable" || role === "config")
    .map(({ to, sha256 }) => [to, sha256]);
  return `sha256:${sha256Hex(crypto, new TextEncoder().encode(JSON.stringify(files)))}`;
}

/** The last refusal on a node; undefined where there was none, or its note cannot be read: then it is tried once more. */
export function readRefusal({ files }: Target): Refusal | undefined {
  const text = systemDoes(`reading ${files.outside(REFUSAL)}`, () => readText(files, REFUSAL));
  const document = text.state === "read" ? parseJsonObject(text.text) : undefined;
  if (document?.["apiVersion"] !== API_VERSION || document["kind"] !== KIND) return undefined;
  const { hash, time, cause } = document;
  return typeof hash === "string" && typeof time === "string" && typeof cause === "string"
    ? { hash, time, cause }
    : undefined;
}

/** Notes a refusal, instead of the one before. @throws {CommandError} */
export function writeRefusal(refusal: Refusal, target: Target, { crypto }: Platform): void {
  const { files } = target;
  makeDirectories(target, RECORD_DIRECTORY);
  systemDoes(`writing ${files.outside(REFUSAL)}`, () =>
    writeAtomically(files, {
      path: REFUSAL,
      data: new TextEncoder().encode(
        `${JSON.stringify({ apiVersion: API_VERSION, kind: KIND, ...refusal }, null, 2)}\n`,
      ),
      mode: 0o644,
      owner: { uid: 0, gid: 0 },
      unique: hex(crypto.randomBytes(8)),
    }),
  );
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
    // A mount point: the directory of a volume of the installer's own container.
  }
}
