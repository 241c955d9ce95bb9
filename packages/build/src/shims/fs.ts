import promises, { type ReadOptions, sync } from "./fs-promises.ts";

type Callback<Value> = (error: Error | null, value?: Value) => void;

/** The callback form of a synchronous function whose last argument may be options. */
function withCallback<Value>(call: (path: string | URL, options?: ReadOptions) => Value) {
  return (path: string | URL, ...rest: readonly unknown[]): void => {
    const callback = rest.at(-1) as Callback<Value>;
    const options = rest.length > 1 ? (rest[0] as ReadOptions) : undefined;
    Promise.resolve()
      .then(() => call(path, options))
      .then(
        (value) => callback(null, value),
        (error: Error) => callback(error),
      );
  };
}

export const constants = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 };

export const readFileSync = sync.readFile;
export const statSync = sync.stat;
export const lstatSync = sync.lstat;
export const accessSync = sync.access;
export const readdirSync = sync.readdir;
export const realpathSync = sync.realpath;

export function existsSync(path: string | URL): boolean {
  try {
    sync.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** In the background, like the function of `node:fs/promises`. */
export function readFile(path: string | URL, ...rest: readonly unknown[]): void {
  const callback = rest.at(-1) as Callback<Buffer | string>;
  const options = rest.length > 1 ? (rest[0] as ReadOptions) : undefined;
  promises.readFile(path, options).then(
    (value) => callback(null, value),
    (error: Error) => callback(error),
  );
}
export const stat = withCallback(sync.stat);
export const lstat = withCallback(sync.lstat);
export const access = withCallback(sync.access);
export const readdir = withCallback(sync.readdir);
export const realpath = withCallback(sync.realpath);

export { promises };

export default {
  constants,
  promises,
  readFileSync,
  statSync,
  lstatSync,
  accessSync,
  readdirSync,
  realpathSync,
  existsSync,
  readFile,
  stat,
  lstat,
  access,
  readdir,
  realpath,
};
