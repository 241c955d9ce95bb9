import { CredentialError, claimsOf, type Secret } from "@imagecred/protocol";
import type { Cloud } from "./node-identity.ts";

/** Audiences of known services. Any other audience may be right: a cloud can be configured to accept it. */
const SERVICES: readonly {
  readonly cloud: Cloud | "other";
  readonly service: string;
  readonly form: RegExp;
}[] = [
  { cloud: "aws", service: "AWS STS", form: /^sts\.amazonaws\.com(?:\.cn)?$/ },
  { cloud: "other", service: "EKS Pod Identity", form: /^pods\.eks\.amazonaws\.com$/ },
  { cloud: "azure", service: "Microsoft Entra ID", form: /^api:\/\/AzureADTokenExchange(?:USGov|China)?$/i },
  { cloud: "azure", service: "AKS's identity bindings", form: /^api:\/\/AKSIdentityBinding$/i },
  {
    cloud: "google",
    service: "a workload identity pool of Google Cloud",
    form: /^(?:https:)?\/\/iam\.googleapis\.com\//,
  },
  {
    cloud: "google",
    service: "the workload identity pool of a GKE project",
    form: /^[a-z0-9.:-]+\.svc\.id\.goog$/,
  },
  { cloud: "other", service: "the cluster's API server", form: /^https:\/\/kubernetes\.default(?:\.svc|$)/ },
];

/**
 * Checks a pod's token before it is sent: the cloud would refuse a token for another service, and must not receive it.
 * @param cloud the cloud that the token will be sent to
 * @param expected the right audience, for the advice
 * @throws {CredentialError} if all the token's audiences belong to other services
 */
export function requireAudience(token: Secret, cloud: Cloud, expected: string): void {
  const { aud, iss } = claimsOf(token.reveal());
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((each) => typeof each === "string");
  const services = audiences.map((audience) =>
    audience === iss ? API_SERVER : SERVICES.find(({ form }) => form.test(audience)),
  );
  const [first] = services;
  if (first === undefined || services.some((each) => each === undefined || each.cloud === cloud)) return;
  throw new CredentialError({
    action: "using the pod's service account token",
    reason: `its audience is ${JSON.stringify(audiences[0])}, so it is for ${first.service}`,
    advice: `set serviceAccountTokenAudience in this provider's tokenAttributes to ${expected}`,
    failure: "misconfigured",
  });
}

/** The API server's default audience is the token's issuer. */
const API_SERVER = { cloud: "other", service: "the cluster's API server" } as const;
