export { AWS_IDENTITIES, type Aws, type AwsIdentity, type AwsOptions } from "./aws/index.ts";
export type { PolicyDocument } from "./aws/policy.ts";
export { type Azure, type AzureIdentity, type AzureOptions, EXCHANGE_FAULTS } from "./azure/index.ts";
export { Clouds, type CloudsOptions, type Identities, type Plugin, startClouds } from "./clouds.ts";
export {
  CertificateAuthority,
  type CertificateProblem,
  type ServerCertificate,
} from "./core/certificates.ts";
export {
  ClientAuthority,
  type ClientCertificateFlaw,
  type IssuedCertificate,
  type KeyKind,
} from "./core/client-authority.ts";
export { Cluster, type ServiceAccountTokenOptions } from "./core/cluster.ts";
export type { Clusters } from "./core/core.ts";
export type { ActiveFault, Fault, FaultRule } from "./core/faults.ts";
export type { ImageContent, ImageSource } from "./core/images.ts";
export type { ConnectionRecord, ProxyAttempt, RequestRecord } from "./core/log.ts";
export { answerRegistry, registryOperation } from "./core/registry.ts";
export { type IssuedSecret, type Leak, Secrets } from "./core/secrets.ts";
export type { TlsService } from "./core/service.ts";
export type { Listening } from "./core/tls-front.ts";
export type { Federation } from "./federation.ts";
export { GOOGLE_IDENTITIES, type Google, type GoogleIdentity, type GoogleOptions } from "./google/index.ts";
export { serveMetadataAddress } from "./metadata-address.ts";
export { refuseEverything } from "./refuse-everything.ts";
