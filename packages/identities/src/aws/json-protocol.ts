/** Errors in AWS's JSON protocols (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, aws-restjson1). */
import { type JsonObject, type TransportResponse, textAt } from "@imagecred/protocol";

/**
 * The code and the message of an error; undefined if the response is not an error in this format. The code is in a header
 * or in the document, sometimes after a namespace and a `#`, or before a `:` and a URL.
 * @param document the response's body; undefined if it is not a JSON object
 */
export function jsonErrorIn(
  { headers }: Pick<TransportResponse, "headers">,
  document: JsonObject | undefined,
): { readonly code: string; readonly message: string } | undefined {
  const written = headers["x-amzn-errortype"] ?? textAt(document, "code") ?? textAt(document, "__type");
  const code = written?.replace(/[,:].*/s, "").replace(/.*#/s, "");
  if (code === undefined || code === "") return undefined;
  return { code, message: textAt(document, "message") ?? textAt(document, "Message") ?? "no message" };
}

/** The request id in a response's headers, by which AWS can find the request. */
export function requestIdIn({ headers }: Pick<TransportResponse, "headers">): string | undefined {
  return headers["x-amzn-requestid"] ?? headers["x-amzn-request-id"] ?? headers["x-amz-request-id"];
}
