import * as native from "imagecred:files";

/** Largest file that is read: configuration, keys and tokens are far smaller. */
const MAX_BYTES = 64 << 20;
const PERMISSION_MASK = 0o7777;

type Encoding = BufferEncoding | null | undefined;
export type ReadOptions = Encoding | { readonly encoding?: Encoding };

export class Stats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly #kind: string;

  constructor(status: ReturnType<typeof native.status> & object) {
    this.mode = status.mode & PERMISSION_MASK;
    this.uid = status.uid;
    this.gid = status.gid;
    this.size = status.size;
    this.#kind = status.kind;
  }

  isFile(): boolean {
    return this.#kind === "file";
  }
  isDirectory(): boolean {
    return this.#kind === "directory";
  }
  isSymbolicLink(): boolean {
    return this.#kind === "symlink";
  }
}

export function notFound(call: string, path: string): Error {
  const error = new Error(`ENOENT: no such file or directory, ${call} '${path}'`);
  return Object.assign(error, { code: "ENOENT", syscall: call, path });
}

function statusOf(path: string, follow: boolean): Stats {
  const status = native.status(path, follow);
  if (status === undefined) throw notFound("stat", path);
  return new Stats(status);
}

/** The synchronous forms; `fs.ts` gives them Node's other shapes. */
export const sync = {
  readFile(path: string | URL, options?: ReadOptions): Buffer | string {
    const bytes = native.read(pathOf(path), MAX_BYTES);
    const encoding = typeof options === "object" ? options?.encoding : options;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return encoding ? buffer.toString(encoding) : buffer;
  },
  stat: (path: string | URL) => statusOf(pathOf(path), true),
  lstat: (path: string | URL) => statusOf(pathOf(path), false),
  access(path: string | URL): void {
    statusOf(pathOf(path), true);
  },
  readdir: (path: string | URL) => native.list(pathOf(path)).sort(),
  realpath: (path: string | URL) => native.realPath(pathOf(path)),
};

function pathOf(path: string | URL): string {
  return typeof path === "string" ? path : decodeURIComponent(path.pathname);
}

export const readFile = async (path: string | URL, options?: ReadOptions) => sync.readFile(path, options);
export const stat = async (path: string | URL) => sync.stat(path);
export const lstat = async (path: string | URL) => sync.lstat(path);
export const access = async (path: string | URL) => sync.access(path);
export const readdir = async (path: string | URL) => sync.readdir(path);
export const realpath = async (path: string | URL) => sync.realpath(path);

export default { readFile, stat, lstat, access, readdir, realpath };
