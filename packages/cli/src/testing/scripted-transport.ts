import {
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from "@imagecred/protocol";

export interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Requests as they were sent, and answers by a function: for answers that the fake clouds' registries never give. */
export interface ScriptedTransport extends Transport {
  readonly sent: TransportRequest[];
}

export function scriptedTransport(
  answer: (request: TransportRequest) => Scripted | undefined,
): ScriptedTransport {
  const sent: TransportRequest[] = [];
  return {
    sent,
    preconnect: () => {},
    firstSent: () => new Promise(() => {}),
    async request(request): Promise<TransportResponse> {
      sent.push(request);
      const scripted = answer(request);
      if (scripted === undefined) throw new TransportError("connect", "ECONNREFUSED", "refused");
      const body =
        scripted.body === undefined
          ? new Uint8Array()
          : new TextEncoder().encode(JSON.stringify(scripted.body));
      return { status: scripted.status, headers: scripted.headers ?? {}, body };
    },
  };
}
