import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A C compiler that adds AddressSanitizer to what it compiles for the target. Build scripts and macros, which rustc loads while it
 * compiles, get the plain compiler: cargo passes `CFLAGS` of a triple to both.
 */
const SCRIPT = `#!/bin/sh
case "$OUT_DIR" in
*/"$SANITIZED_TARGET"/*) exec cc -fsanitize=address -fno-omit-frame-pointer -g1 "$@" ;;
*) exec cc "$@" ;;
esac
`;

/** For cache keys. */
export const sanitizingCcSource: string = SCRIPT;

/** Puts {@link SCRIPT} into cargo's target directory. @returns the environment that makes the crate `cc` use it */
export function sanitizingCc(targetDirectory: string, rustTarget: string): Readonly<Record<string, string>> {
  const path = join(targetDirectory, "sanitizing-cc");
  mkdirSync(targetDirectory, { recursive: true });
  writeFileSync(`${path}.part`, SCRIPT);
  chmodSync(`${path}.part`, 0o755);
  renameSync(`${path}.part`, path);
  return { [`CC_${rustTarget.replaceAll("-", "_")}`]: path, SANITIZED_TARGET: rustTarget };
}
