/** How AWS's APIs are called, whatever signs: with the SDK or without. */
export { unresolvedAdvice, withUnresolvedAdvice } from "./endpoint.ts";
export { type AwsCall, type AwsRefusal, refusedBy } from "./refusal.ts";
export { type SignableRequest, type SigningScope, signedHeaders } from "./sigv4.ts";
export { awsRetry } from "./throttling.ts";
