import { randomUUID } from "node:crypto";
import type { Reply } from "../core/exchange.ts";

/** An AWS API error, not yet in the API's own format. */
export interface AwsError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** `x-amzn-requestid` of a response. */
export function requestId(): string {
  return randomUUID();
}

/** A response of the AWS JSON 1.1 protocol (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). */
export function jsonReply(status: number, value: unknown): Reply {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": requestId() };
  return { status, headers, body: JSON.stringify(value) };
}

export function jsonError({ status, code, message }: AwsError): Reply {
  return jsonReply(status, { __type: code, message });
}

const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** A response of the AWS query protocol, which STS uses; `result` is the XML inside `<ActionResult>`. */
export function stsReply(action: string, result: string): Reply {
  const id = requestId();
  const body = `<${action}Response xmlns="${STS_NAMESPACE}">
  <${action}Result>
${result}
  </${action}Result>
  <ResponseMetadata>
    <RequestId>${id}</RequestId>
  </ResponseMetadata>
</${action}Response>
`;
  return { status: 200, headers: { "content-type": "text/xml", "x-amzn-requestid": id }, body };
}

export function stsError({ status, code, message }: AwsError): Reply {
  const id = requestId();
  const body = `<ErrorResponse xmlns="${STS_NAMESPACE}">
  <Error>
    <Type>${status < 500 ? "Sender" : "Receiver"}</Type>
    <Code>${escapeXml(code)}</Code>
    <Message>${escapeXml(message)}</Message>
  </Error>
  <RequestId>${id}</RequestId>
</ErrorResponse>
`;
  return { status, headers: { "content-type": "text/xml", "x-amzn-requestid": id }, body };
}

export function escapeXml(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** AWS's message when no policy allows an action. */
export function notAuthorized(principalArn: string, action: string, resource: string): string {
  return `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
