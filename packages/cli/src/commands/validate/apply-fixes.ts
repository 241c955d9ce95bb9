import { applyEdits } from "../../edit/text-edit.ts";
import { CommandError, systemReason } from "../../errors.ts";
import { replaceFile } from "../../machine/replace-file.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Check } from "./check-config.ts";
import type { FixedFile } from "./document.ts";
import { type Overlay, overlaid } from "./inputs.ts";

/** A fix can make another one possible. After this many rounds, fixes undo each other. */
const MOST_ROUNDS = 10;

/**
 * Applies every unambiguous fix to the files of a configuration until none is left, and checks the result. Writes whole
 * files, at the end, and only if they changed.
 * @throws {CommandError} if a file cannot be written
 */
export function applyFixes(
  checkWith: (platform: Platform) => Check,
  platform: Platform,
): { readonly check: Check; readonly fixed: readonly FixedFile[] } {
  const overlay: Overlay = new Map();
  const counts = new Map<string, number>();
  const inMemory = { ...platform, fileSystem: overlaid(platform.fileSystem, overlay) };
  let check = checkWith(platform);
  for (let round = 0; round < MOST_ROUNDS && check.safeEdits.length > 0; round++) {
    const files = new Set(check.safeEdits.map(({ file }) => file));
    for (const file of files) {
      const groups = check.safeEdits.filter((one) => one.file === file).map(({ edits }) => edits);
      const { text, applied } = applyEdits(check.texts.get(file) ?? "", groups);
      overlay.set(file, new TextEncoder().encode(text));
      counts.set(file, (counts.get(file) ?? 0) + applied.filter((done) => done).length);
    }
    check = checkWith({ ...inMemory, fileSystem: overlaid(platform.fileSystem, overlay) });
  }
  const fixed = [...overlay].map(([file, data]): FixedFile => {
    try {
      return { file, fixes: counts.get(file) ?? 0, backup: replaceFile(file, data, platform) };
    } catch (error) {
      throw new CommandError(`writing ${file}: ${systemReason(error)}`, { cause: error });
    }
  });
  return { check, fixed };
}
