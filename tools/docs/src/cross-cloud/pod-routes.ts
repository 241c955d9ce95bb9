import { CLUSTERS, IMAGES, type Mistake, nothing, type Route } from "./route.ts";

const NOWHERE = "projects/123456789012/locations/global/workloadIdentityPools/image-pulls/providers/nowhere";

const podMistakes = (says: {
  readonly audience: RegExp;
  readonly expired: RegExp;
  readonly issuer: RegExp;
  readonly role: RegExp;
}): readonly Mistake[] => [
  {
    what: "the token is for another audience",
    token: { audience: "https://example.com" },
    says: says.audience,
  },
  { what: "the token has expired", token: { expiresIn: -60 }, says: says.expired },
  {
    what: "the issuer is not the configured issuer",
    token: { issuer: "https://elsewhere.example.com" },
    says: says.issuer,
  },
  { what: "the service account is not allowed", token: { namespace: "other" }, says: says.role },
];

/** Pods of every kind of cluster, by the tokens of their service accounts. */
export const POD_ROUTES: readonly Route[] = [
  {
    page: "pods-to-aws",
    sources: CLUSTERS,
    plugin: "ecr",
    image: IMAGES.ecr,
    env: nothing,
    mistakes: podMistakes({
      audience: /audience/,
      expired: /[Ee]xpired/,
      issuer: /No OpenIDConnect provider found in your account for https:\/\/elsewhere/,
      role: /AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity/,
    }),
  },
  {
    page: "pods-to-azure",
    sources: CLUSTERS,
    plugin: "acr",
    image: IMAGES.acr,
    env: nothing,
    mistakes: [
      ...podMistakes({
        audience: /audience/,
        expired: /AADSTS700024|[Ee]xpired/,
        issuer: /AADSTS700211/,
        role: /AADSTS700213/,
      }),
      {
        what: "the application does not exist in the tenant",
        annotations: {
          "kubernetes.azure.com/acr-client-id": "70000000-aaaa-4aaa-8aaa-000000000001",
          "kubernetes.azure.com/acr-tenant-id": "10000000-aaaa-4aaa-8aaa-000000000005",
        },
        says: /AADSTS700016/,
      },
    ],
  },
  {
    page: "pods-to-google",
    sources: CLUSTERS,
    plugin: "gcr",
    image: IMAGES.gcr,
    env: nothing,
    mistakes: [
      ...podMistakes({
        audience: /audience/,
        expired: /stale|[Ee]xpired/,
        issuer: /issuer/,
        role: /attribute condition/,
      }),
      {
        what: "the provider does not exist",
        args: [`--workload-identity-provider=${NOWHERE}`],
        says: /invalid_target/,
      },
    ],
  },
];
