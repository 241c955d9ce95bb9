/** Calls of AWS's APIs, and their errors. */
export { type ApiRequest, callApi } from "./api-call.ts";
export { jsonErrorIn, requestIdIn } from "./json-protocol.ts";
export { type AwsCall, type AwsRefusal, actionOf, refusedBy } from "./refusal.ts";
export { type SignableRequest, type SigningScope, signedHeaders } from "./sigv4.ts";
export { awsRetry } from "./throttling.ts";
