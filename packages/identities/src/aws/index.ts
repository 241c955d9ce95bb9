/** What a plugin reads at its start. What a call needs is behind other entries of this package, and loaded with the call. */
export { type AwsCredentials, credentialsOf } from "./credentials.ts";
export { type AwsIdentityRequest, awsIdentities, namedIdentities } from "./default-chain.ts";
export { checkConfiguredUrl, type EndpointSettings, endpointSettings } from "./endpoint.ts";
export type { StsSettings } from "./sts-endpoint.ts";
