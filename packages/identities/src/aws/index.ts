/** Code that a plugin loads at its start. This package's other entries are loaded with the calls that need them. */
export { type AwsCredentials, credentialsOf } from "./credentials.ts";
export { type AwsIdentityRequest, awsIdentities, configuredIdentities } from "./default-chain.ts";
export { checkConfiguredUrl, type EndpointSettings, endpointSettings } from "./endpoint.ts";
export { isRoleName } from "./role.ts";
export type { StsSettings } from "./sts-endpoint.ts";
