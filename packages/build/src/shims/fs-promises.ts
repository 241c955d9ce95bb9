import * as native from "imagecred:files";

/** Largest file that is read: configuration, keys and tokens are far smaller. */
const MAX_BYTES = 16 << 20;
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

function tooLarge(path: string): Error {
  const error = new Error(`EFBIG: file too large, read '${path}'`);
  return Object.assign(error, { code: "EFBIG", syscall: "read", path });
}

function encoded(bytes: Uint8Array, options: ReadOptions): Buffer | string {
  const encoding = typeof options === "object" ? options?.encoding : options;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding ? buffer.toString(encoding) : buffer;
}

function statusOf(path: string, follow: boolean): Stats {
  const status = native.status(path, follow);
  if (status === undefined) throw notFound("stat", path);
  return new Stats(status);
}

/** The synchronous functions; `fs.ts` has Node.js's other forms. */
export const sync = {
  readFile(path: string | URL, options?: ReadOptions): Buffer | string {
    const bytes = native.read(pathOf(path), MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) throw tooLarge(pathOf(path));
    return encoded(bytes, options);
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

/** In the background, unlike the others: a pipe, a device or a network file can block forever. */
export const readFile = async (path: string | URL, options?: ReadOptions) =>
  encoded(await native.readWhole(pathOf(path), MAX_BYTES), options);
export const stat = async (path: string | URL) => sync.stat(path);
export const lstat = async (path: string | URL) => sync.lstat(path);
export const access = async (path: string | URL) => sync.access(path);
export const readdir = async (path: string | URL) => sync.readdir(path);
export const realpath = async (path: string | URL) => sync.realpath(path);

export default { readFile, stat, lstat, access, readdir, realpath };
