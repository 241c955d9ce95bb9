export { includes, rsaModulus } from "./der.ts";
export { type NodeCertificate, readNodeCertificate } from "./node-certificate.ts";
export { type CertificateFacts, certificateFacts, type KeyKind } from "./x509.ts";
