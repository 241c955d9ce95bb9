import * as native from "imagecred:http";
import { type Target, type Transport, TransportError, type TransportPhase } from "./transport.ts";

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

export const transport: Transport = {
  async request({ tls, connectTimeoutMs, ...request }) {
    try {
      return await native.request({
        ...request,
        ...tls,
        connectTimeoutMs: connectTimeoutMs ?? request.timeoutMs,
      });
    } catch (error) {
      throw asTransportError(error);
    }
  },
  preconnect({ tls, connectTimeoutMs, ...target }: Target & { readonly connectTimeoutMs?: number }) {
    native.preconnect({
      ...target,
      ...tls,
      connectTimeoutMs: connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    });
  },
  firstSent: native.firstSent,
};

/** The host rejects with an Error that carries `phase` and `code`; anything else is a defect and stays as it is. */
function asTransportError(error: unknown): unknown {
  if (!(error instanceof Error) || !("phase" in error) || !("code" in error)) return error;
  return new TransportError(error.phase as TransportPhase, String(error.code), error.message, {
    cause: error,
  });
}
