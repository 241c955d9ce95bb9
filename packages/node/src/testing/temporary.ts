import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory that is removed at the end of its block. */
export interface Temporary extends Disposable {
  readonly path: string;
  /** Writes a file and the directories above it; returns its path. */
  write(path: string, content: string | Uint8Array, mode?: number): string;
}

export function temporary(): Temporary {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "imagecred-node-")));
  chmodSync(path, 0o755);
  return {
    path,
    write(name, content, mode = 0o644) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, mode);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
