export {
  type AwsCredentials,
  credentialsOf,
  parseCredentialDocument,
} from "./credentials.ts";
export { type AwsIdentityRequest, awsIdentities, namedIdentities } from "./default-chain.ts";
export { type EndpointSettings, endpointReason, unresolvedAdvice, withUnresolvedAdvice } from "./endpoint.ts";
export { nodeCaller, stsOfEnvironment } from "./node-caller.ts";
export { nodeRegion } from "./node-region.ts";
export { type AwsCall, type AwsRefusal, refusedBy } from "./refusal.ts";
export { type SignableRequest, type SigningScope, signedHeaders } from "./sigv4.ts";
export type { StsSettings } from "./sts-endpoint.ts";
export { awsRetry } from "./throttling.ts";
