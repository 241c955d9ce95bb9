import { CredentialError, claimsOf, type Secret } from "@imagecred/protocol";
import type { Cloud } from "./node-identity.ts";

/** Audiences that show which service a token is for. Any other may be right: a cloud can be configured to accept it. */
const OWNERS: readonly { readonly cloud: Cloud | "other"; readonly whose: string; readonly form: RegExp }[] =
  [
    { cloud: "aws", whose: "AWS STS", form: /^sts\.amazonaws\.com(?:\.cn)?$/ },
    { cloud: "other", whose: "EKS Pod Identity", form: /^pods\.eks\.amazonaws\.com$/ },
    { cloud: "azure", whose: "Microsoft Entra ID", form: /^api:\/\/AzureADTokenExchange(?:USGov|China)?$/i },
    { cloud: "azure", whose: "AKS's identity bindings", form: /^api:\/\/AKSIdentityBinding$/i },
    {
      cloud: "google",
      whose: "a workload identity pool of Google Cloud",
      form: /^(?:https:)?\/\/iam\.googleapis\.com\//,
    },
    {
      cloud: "google",
      whose: "the workload identity pool of a GKE project",
      form: /^[a-z0-9.:-]+\.svc\.id\.goog$/,
    },
    { cloud: "other", whose: "the cluster's API server", form: /^https:\/\/kubernetes\.default(?:\.svc|$)/ },
  ];

/**
 * Looks at a pod's token before it is sent: one for another service would be refused, and must not be seen there.
 * @param cloud where it is to be sent
 * @param expected the audience to set instead
 * @throws {CredentialError} for a token whose audiences are all others'
 */
export function requireAudience(token: Secret, cloud: Cloud, expected: string): void {
  const { aud, iss } = claimsOf(token.reveal());
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((each) => typeof each === "string");
  const owners = audiences.map((audience) =>
    audience === iss ? API_SERVER : OWNERS.find(({ form }) => form.test(audience)),
  );
  const [first] = owners;
  if (first === undefined || owners.some((owner) => owner === undefined || owner.cloud === cloud)) return;
  throw new CredentialError({
    action: "using the pod's service account token",
    reason: `its audience is ${JSON.stringify(audiences[0])}, so it is for ${first.whose}`,
    advice: `set serviceAccountTokenAudience in this provider's tokenAttributes to ${expected}`,
    failure: "misconfigured",
  });
}

/** Without an audience of its own, a token is for the API server, whose default audience is the issuer. */
const API_SERVER = { cloud: "other", whose: "the cluster's API server" } as const;
