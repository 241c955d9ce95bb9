import {
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from "../http/transport.ts";

/** A server's response. A body that is not text is sent as JSON. */
export interface ScriptedResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A transport without connections: a function responds, and tests can inspect the requests. */
export interface ScriptedTransport extends Transport {
  /** Requests as they were sent, in order, secrets included. */
  readonly sent: TransportRequest[];
}

/** A transport whose responses come from `respond`; if it returns undefined, the connection is refused (`ECONNREFUSED`). */
export function scriptedTransport(
  respond: (
    request: TransportRequest,
  ) => ScriptedResponse | undefined | Promise<ScriptedResponse | undefined>,
): ScriptedTransport {
  const sent: TransportRequest[] = [];
  return {
    sent,
    preconnect: () => {},
    firstSent: () => new Promise(() => {}),
    async request(request): Promise<TransportResponse> {
      sent.push(request);
      const response = await respond(request);
      if (response === undefined) throw new TransportError("connect", "ECONNREFUSED", "refused");
      const { status, headers = {}, body = "" } = response;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return { status, headers, body: new TextEncoder().encode(text) };
    },
  };
}
