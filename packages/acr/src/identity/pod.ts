import { requireAudience } from "@imagecred/identities/audience";
import {
  CredentialError,
  type CredentialProviderRequest,
  type IdentitySource,
  type Secret,
  type Unavailable,
} from "@imagecred/protocol";
import { tokenAudienceOf } from "../clouds.ts";
import { GUID } from "../guid.ts";
import { TENANT } from "../tenant.ts";
import { annotationIn, CLIENT_ID_ANNOTATION, TENANT_ID_ANNOTATION } from "./annotations.ts";
import { exchangeClientAssertion } from "./client-assertion.ts";
import type { EntraRequest, EntraToken } from "./token.ts";

type Annotations = CredentialProviderRequest["serviceAccountAnnotations"];

/** The application in the annotations of a pod's service account. They are not trusted, so they are checked. */
export interface PodApplication {
  readonly clientId: string | undefined;
  readonly tenantId: string | undefined;
}

/** Parses the annotations. @throws {CredentialError} for an annotation that is not an id */
export function podApplicationOf(annotations: Annotations): PodApplication {
  return {
    clientId: annotation(annotations, "client", GUID, "the GUID of an application"),
    tenantId: annotation(annotations, "tenant", TENANT, "a tenant's GUID or domain"),
  };
}

function annotation(
  annotations: Annotations,
  meaning: "client" | "tenant",
  form: RegExp,
  expected: string,
): string | undefined {
  const key = annotationIn(annotations, meaning);
  const value = key === undefined ? undefined : annotations[key];
  if (key === undefined || value === undefined) return undefined;
  if (form.test(value)) return value;
  throw new CredentialError({
    action: `reading the pod's annotation ${key}`,
    reason: `it is ${JSON.stringify(value.slice(0, 80))}, expected ${expected}`,
    advice: "correct the annotation of the pod's service account",
    failure: "misconfigured",
  });
}

/** The pod's own identity: exchanges its service account token, which an application trusts, for a token of Entra ID. */
export function podSource(
  token: Secret,
  annotations: Annotations,
  request: EntraRequest,
): IdentitySource<EntraToken> {
  return {
    name: "pod service account token",
    async find() {
      const { options } = request;
      const { clientId = options.clientId, tenantId = options.tenantId } = podApplicationOf(annotations);
      if (clientId === undefined) return notAnnotated();
      if (tenantId === undefined) throw withoutTenant();
      requireAudience(token, "azure", audienceOf(request));
      const identity = await exchangeClientAssertion({ clientId, tenantId, assertion: token }, request);
      return { identity, principal: `application ${clientId} of tenant ${tenantId}` };
    },
  };
}

/** The audience that the pod's token needs, for messages. */
function audienceOf({ cloud }: EntraRequest): string {
  return tokenAudienceOf(cloud) ?? "the audience of the application's federated credential";
}

/** The result if the pod's service account has no annotation. */
export function notAnnotated(): Unavailable {
  return { unavailable: `no annotation ${CLIENT_ID_ANNOTATION}, or the kubelet does not pass it` };
}

function withoutTenant(): CredentialError {
  return new CredentialError({
    action: "using the pod's identity",
    reason: "neither its service account nor the configuration has a tenant",
    advice: `annotate the service account with ${TENANT_ID_ANNOTATION}, or set --tenant-id, or tenantId in azure.json`,
    failure: "misconfigured",
  });
}
