import type { MappedAttributes } from "./attributes.ts";

/** Resource name of the workload identity pool in an audience; undefined for GKE's form. */
function poolOf(audience: string): string | undefined {
  return /\/\/iam\.googleapis\.com\/(projects\/[^/]+\/locations\/global\/workloadIdentityPools\/[^/]+)\/providers\//.exec(
    audience,
  )?.[1];
}

/**
 * All names of a federated identity in IAM policies: first the identity itself, then the sets that
 * it belongs to (https://cloud.google.com/iam/docs/principal-identifiers#allow).
 */
export function principalsOf(
  audience: string,
  projectNumber: string,
  { subject, groups, attributes }: MappedAttributes,
): readonly [string, ...string[]] {
  const pool = poolOf(audience);
  if (pool === undefined) return gkePrincipals(audience, projectNumber, subject);
  const base = `iam.googleapis.com/${pool}`;
  return [
    `principal://${base}/subject/${subject}`,
    ...groups.map((group) => `principalSet://${base}/group/${group}`),
    ...Object.entries(attributes).map(([name, value]) => `principalSet://${base}/attribute.${name}/${value}`),
    `principalSet://${base}/*`,
  ];
}

/** GKE's own pool has two names for a pod, both from its namespace and service account. */
function gkePrincipals(
  audience: string,
  projectNumber: string,
  subject: string,
): readonly [string, ...string[]] {
  const pool = /^identitynamespace:([^:]+):/.exec(audience)?.[1] ?? "";
  const [, , namespace = "", serviceAccount = ""] = subject.split(":");
  const base = `iam.googleapis.com/projects/${projectNumber}/locations/global/workloadIdentityPools/${pool}`;
  return [
    `principal://${base}/subject/ns/${namespace}/sa/${serviceAccount}`,
    `serviceAccount:${pool}[${namespace}/${serviceAccount}]`,
    `principalSet://${base}/namespace/${namespace}`,
  ];
}
