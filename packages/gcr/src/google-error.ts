/** Errors of Google's services in the two formats that contain a cause. */
import { asObject, parseJsonObject, type TransportResponse, textAt } from "@imagecred/protocol";

/** The first `google.rpc.ErrorInfo` of an error of a Google API (https://google.aip.dev/193). */
export function errorInfo({
  body,
}: Pick<TransportResponse, "body">): { readonly reason: string; readonly metadata: unknown } | undefined {
  const details = asObject(parseJsonObject(body)?.["error"])?.["details"];
  for (const detail of Array.isArray(details) ? details : []) {
    const reason = textAt(detail, "reason");
    if (reason !== undefined) return { reason, metadata: asObject(detail)?.["metadata"] };
  }
  return undefined;
}

/** An error of an OAuth endpoint (RFC 6749 section 5.2). */
export function oauthError({
  body,
}: Pick<TransportResponse, "body">):
  | { readonly code: string; readonly description: string | undefined }
  | undefined {
  const document = parseJsonObject(body);
  const code = textAt(document, "error");
  return code === undefined ? undefined : { code, description: textAt(document, "error_description") };
}
