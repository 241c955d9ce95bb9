import { Headers } from "./headers.ts";

// Whoever asks for this package uses the global, too, which the host lacks.
if (!("Headers" in globalThis)) Object.assign(globalThis, { Headers });

/**
 * google-auth-library's HTTP client. Our code hands the library one of its own, over the runtime's HTTP, so what is left
 * to do for this one is to merge headers and to be a type that errors can be compared with.
 */
export class Gaxios {
  readonly defaults = {};
  readonly interceptors = { request: new Set<unknown>(), response: new Set<unknown>() };

  static mergeHeaders(base?: ConstructorParameters<typeof Headers>[0], ...more: (typeof base)[]): Headers {
    const merged = base instanceof Headers ? base : new Headers(base);
    for (const headers of more) for (const [name, value] of new Headers(headers)) merged.set(name, value);
    return merged;
  }

  async request(): Promise<never> {
    throw new Error("google-auth-library was given no transporter");
  }
}

/** Nothing throws one here. */
export class GaxiosError extends Error {
  override readonly name = "GaxiosError";
}

export const instance = new Gaxios();
export const request = () => instance.request();
