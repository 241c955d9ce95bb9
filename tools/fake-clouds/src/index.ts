export type { Aws, AwsIdentity, AwsOptions } from "./aws/index.ts";
export type { Azure, AzureIdentity, AzureOptions } from "./azure/index.ts";
export { Clouds, type CloudsOptions, type Identities, type Plugin, startClouds } from "./clouds.ts";
export type { CertificateProblem } from "./core/certificates.ts";
export type { ServiceAccountTokenOptions } from "./core/cluster.ts";
export type { ActiveFault, Fault, FaultRule } from "./core/faults.ts";
export type { ConnectionRecord, ProxyAttempt, RequestRecord } from "./core/log.ts";
export type { IssuedSecret, Leak } from "./core/secrets.ts";
export type { Google, GoogleIdentity, GoogleOptions } from "./google/index.ts";
