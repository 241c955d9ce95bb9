type AnyFunction = (...args: never[]) => unknown;
type Callback = (error: unknown, value?: unknown) => void;

const custom = Symbol.for("nodejs.util.promisify.custom");

function promisifyFunction(original: AnyFunction): AnyFunction {
  const own: unknown = Reflect.get(original, custom);
  if (typeof own === "function") return own as AnyFunction;
  return function (this: unknown, ...args: unknown[]) {
    return new Promise((resolve, reject) => {
      const callback: Callback = (error, value) => (error ? reject(error) : resolve(value));
      Reflect.apply(original, this, [...args, callback]);
    });
  };
}

export const promisify = Object.assign(promisifyFunction, { custom });

export function callbackify(original: (...args: unknown[]) => Promise<unknown>) {
  return (...args: unknown[]): void => {
    const callback = args.pop() as Callback;
    original(...args).then(
      (value) => callback(null, value),
      (error: unknown) => callback(error),
    );
  };
}

export function inherits(
  child: { prototype: object; super_?: unknown },
  parent: { prototype: object },
): void {
  child.super_ = parent;
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

/** Prints no warning: it would be for the developers of the library. */
export function deprecate<Fn>(fn: Fn): Fn {
  return fn;
}

export function debuglog(): AnyFunction & { enabled: boolean } {
  return Object.assign(() => {}, { enabled: false });
}
export const debug = debuglog;

export function inspect(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === "function") return `[Function: ${value.name || "(anonymous)"}]`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
inspect.custom = Symbol.for("nodejs.util.inspect.custom");

export function format(first: unknown, ...rest: unknown[]): string {
  const values = [...rest];
  const head =
    typeof first === "string"
      ? first.replace(/%[sdifjoO%]/g, (mark) => {
          if (mark === "%%") return "%";
          if (values.length === 0) return mark;
          const value = values.shift();
          return typeof value === "string" ? value : inspect(value);
        })
      : inspect(first);
  return [head, ...values.map((value) => (typeof value === "string" ? value : inspect(value)))].join(" ");
}

/** Escape sequences of colors and cursors (ECMA-48). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for the escape character
const sequences = /\u001b\[[0-?]*[ -/]*[@-~]/g;

export function stripVTControlCharacters(text: string): string {
  return text.replace(sequences, "");
}

const tag = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);

export const types = {
  isDate: (value: unknown) => value instanceof Date,
  isRegExp: (value: unknown) => value instanceof RegExp,
  isPromise: (value: unknown) => value instanceof Promise,
  isNativeError: (value: unknown) => value instanceof Error,
  isArrayBuffer: (value: unknown) => value instanceof ArrayBuffer,
  isAnyArrayBuffer: (value: unknown) => /^(Shared)?ArrayBuffer$/.test(tag(value)),
  isUint8Array: (value: unknown) => value instanceof Uint8Array,
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
};

export const isArray = Array.isArray;
const { TextEncoder, TextDecoder } = globalThis;

export { TextDecoder, TextEncoder };

export default {
  promisify,
  callbackify,
  inherits,
  deprecate,
  debuglog,
  debug,
  inspect,
  format,
  stripVTControlCharacters,
  types,
  isArray,
  get TextEncoder() {
    return globalThis.TextEncoder;
  },
  get TextDecoder() {
    return globalThis.TextDecoder;
  },
};
