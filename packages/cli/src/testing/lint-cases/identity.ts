import type { Case, Cases } from "./case.ts";

const POOL = "projects/1/locations/global/workloadIdentityPools/pool/providers/cluster";

/** A provider that gets tokens of service accounts, for 1.34. */
function pods(
  name: string,
  match: string,
  audience: string,
  { optional = [], more = "", ...rest }: { optional?: readonly string[]; more?: string } & Case = {},
): Case {
  const keys =
    optional.length === 0 ? "" : `\n  optionalServiceAccountAnnotationKeys: ${JSON.stringify(optional)}`;
  return {
    name,
    match,
    args: ["--kubernetes-version", "1.34"],
    provider: `tokenAttributes:\n  serviceAccountTokenAudience: ${JSON.stringify(audience)}\n  cacheType: ServiceAccount\n  requireServiceAccount: false${keys}${more === "" ? "" : `\n${more}`}`,
    ...rest,
  };
}

/** lint/identity-lints.ts */
export const IDENTITY_CASES: Cases = {
  "identity-not-passed": {
    hits: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/sts-regional-endpoints"],
        fixed: [/eks\.amazonaws\.com\/ecr-role-arn/],
      }),
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        says: /every pod's pull fails/,
        fixed: [/optionalServiceAccountAnnotationKeys/],
      }),
    ],
    misses: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
      }),
      // The role of IRSA is used if there is none for images.
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/role-arn"],
      }),
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        more: "env: [{name: AWS_ECR_ROLE_ARN, value: 'arn:aws:iam::123456789012:role/pull'}]",
      }),
    ],
  },
  "unread-annotation": {
    hits: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn", "eks.amazonaws.com/token-expiration"],
        fixed: [/\["eks\.amazonaws\.com\/ecr-role-arn"\]/],
      }),
    ],
    misses: [
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id", "azure.workload.identity/tenant-id"],
      }),
    ],
  },
  "wrong-audience": {
    hits: [
      pods(
        "gcr-credential-provider",
        '["gcr.io"]',
        `https://iam.googleapis.com/${POOL.replace("cluster", "other")}`,
        {
          more: `args: ["--workload-identity-provider=${POOL}"]`,
          fixed: [
            /serviceAccountTokenAudience: "https:\/\/iam\.googleapis\.com\/projects\/1\/locations\/global\/workloadIdentityPools\/pool\/providers\/cluster"/,
          ],
        },
      ),
      pods("acr-credential-provider", '["*.azurecr.us"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id"],
        fixed: [/api:\/\/AzureADTokenExchangeUSGov/],
      }),
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.co", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
        fixed: [/serviceAccountTokenAudience: "?sts\.amazonaws\.com"?/],
      }),
    ],
    misses: [
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id"],
      }),
      pods("ecr-credential-provider", '["public.ecr.aws"]', "my-own-audience", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
      }),
    ],
  },
  "identity-rule": {
    hits: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
        says: /pull with the node's identity \(--identity-fallback=unassigned, the default\)/,
      }),
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id"],
        says: /get no credentials \(--identity-fallback=none, the default\)/,
      }),
    ],
    misses: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
        more: 'args: ["--identity=node"]',
      }),
      { name: "ecr-credential-provider", match: '["public.ecr.aws"]' },
    ],
  },
};
