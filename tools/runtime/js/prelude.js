// Globals that programs expect and that are thin enough for JavaScript. Compiled into every executable, run before its
// entry. Native globals (Buffer, URL, ...) are in src/globals.rs. What a program's SDKs need beyond these comes from
// packages/build/src/shims, bundled only where it is used.
import { randomBytes, randomUUID } from "imagecred:crypto";
import { arch, cwd, execPath, now, pid, terminalColumns, uid } from "imagecred:host";
import { args, env, exit, writeStderr, writeStdout } from "imagecred:stdio";
import * as timers from "imagecred:timers";

const define = (entries) => {
  for (const [name, value] of Object.entries(entries)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
};

/** The object that `setTimeout` returns. Timers always keep the process running; ours end it with `exit`. */
class Timeout {
  #id;
  #again;
  constructor(start, again) {
    this.#again = again;
    this.#id = start();
  }
  restart(start) {
    if (this.#again) this.#id = start();
  }
  close() {
    this.#again = false;
    timers.cancel(this.#id);
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  hasRef() {
    return true;
  }
}

const check = (callback) => {
  if (typeof callback !== "function") throw new TypeError('The "callback" argument must be of type function');
};
const once = (callback, delay, args) => {
  check(callback);
  return new Timeout(() => timers.start(Number(delay) || 0, () => callback(...args)), false);
};
const repeat = (callback, delay, args) => {
  check(callback);
  const start = () =>
    timers.start(Math.max(1, Number(delay) || 1), () => {
      timer.restart(start);
      callback(...args);
    });
  const timer = new Timeout(start, true);
  return timer;
};
const clear = (timer) => {
  if (timer instanceof Timeout) timer.close();
};
// A microtask that throws must end the process, as an unhandled rejection does.
const queueMicrotask = (callback) => {
  check(callback);
  Promise.resolve().then(() => callback());
};

const text = (value) => {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : String(value);
  try {
    return (typeof value === "object" && value !== null && JSON.stringify(value)) || String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
};
/** Everything goes to stderr: stdout is the program's answer and nothing else. */
const print = (...values) => writeStderr(`${values.map(text).join(" ")}\n`);

const stream = (fd, write) => ({
  fd,
  isTTY: terminalColumns(fd) !== undefined,
  columns: terminalColumns(fd),
  write: (chunk) => {
    write(String(chunk));
    return true;
  },
});

const process = {
  platform: "linux",
  arch,
  pid,
  execPath,
  argv: [execPath, execPath, ...args],
  argv0: execPath,
  execArgv: [],
  env,
  exitCode: undefined,
  // The version of Node.js whose interfaces the shims follow: libraries compare it.
  version: "v26.7.0",
  versions: { node: "26.7.0" },
  release: { name: "node" },
  cwd,
  getuid: uid,
  exit: (code = process.exitCode ?? 0) => exit(Number(code)),
  nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
  hrtime: Object.assign(() => [Math.floor(now() / 1e3), Math.floor((now() % 1e3) * 1e6)], {
    bigint: () => BigInt(Math.round(now() * 1e6)),
  }),
  uptime: () => now() / 1e3,
  // Warnings of libraries are for their developers, not for the kubelet's event log.
  emitWarning: () => {},
  on: () => process,
  once: () => process,
  off: () => process,
  removeListener: () => process,
  emit: () => false,
  listenerCount: () => 0,
  stdout: stream(1, writeStdout),
  stderr: stream(2, writeStderr),
};

const timeOrigin = Date.now();

define({
  global: globalThis,
  self: globalThis,
  process,
  console: {
    log: print,
    info: print,
    debug: print,
    warn: print,
    error: print,
    trace: print,
    assert: (ok, ...rest) => ok || print("Assertion failed:", ...rest),
  },
  setTimeout: (callback, delay, ...rest) => once(callback, delay, rest),
  setInterval: (callback, delay, ...rest) => repeat(callback, delay, rest),
  setImmediate: (callback, ...rest) => once(callback, 0, rest),
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: clear,
  queueMicrotask,
  performance: { timeOrigin, now },
  crypto: {
    randomUUID,
    getRandomValues: (array) => {
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(randomBytes(array.byteLength));
      return array;
    },
  },
});
