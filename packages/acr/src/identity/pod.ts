import {
  type Context,
  CredentialError,
  type CredentialProviderRequest,
  type IdentitySource,
  type Secret,
} from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import { CLIENT_ID_ANNOTATIONS, TENANT_ID_ANNOTATIONS } from "../facts.ts";
import type { AcrOptions } from "../options.ts";
import { exchangeClientAssertion } from "./client-assertion.ts";
import type { EntraToken } from "./token.ts";

type Annotations = CredentialProviderRequest["serviceAccountAnnotations"];

/** The application that a pod's service account names. Its ids come from whoever may annotate one, so they are checked. */
export interface PodApplication {
  readonly clientId: string | undefined;
  readonly tenantId: string | undefined;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A tenant's GUID or one of its domains. */
const TENANT = /^[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?$/i;

/** @throws {CredentialError} for an annotation that is no id */
export function podApplicationOf(annotations: Annotations): PodApplication {
  return {
    clientId: annotation(annotations, CLIENT_ID_ANNOTATIONS, GUID, "the GUID of an application"),
    tenantId: annotation(annotations, TENANT_ID_ANNOTATIONS, TENANT, "a tenant's GUID or domain"),
  };
}

function annotation(
  annotations: Annotations,
  keys: readonly string[],
  form: RegExp,
  expected: string,
): string | undefined {
  const key = keys.find((each) => (annotations[each] ?? "") !== "");
  const value = key === undefined ? undefined : annotations[key];
  if (key === undefined || value === undefined) return undefined;
  if (form.test(value)) return value;
  throw new CredentialError({
    action: `reading the pod's annotation ${key}`,
    reason: `it is ${JSON.stringify(value.slice(0, 80))}, expected ${expected}`,
    advice: "correct the annotation of the pod's service account",
  });
}

/** The pod's own identity: its service account token, which an application trusts, for a token of Entra ID. */
export function podSource(
  token: Secret,
  annotations: Annotations,
  options: AcrOptions,
  cloud: AzureCloud,
  context: Context,
): IdentitySource<EntraToken> {
  return {
    name: "pod service account token",
    async find() {
      const application = podApplicationOf(annotations);
      const clientId = application.clientId ?? missing(CLIENT_ID_ANNOTATIONS, "client id");
      const tenantId =
        application.tenantId ?? options.tenantId ?? missing(TENANT_ID_ANNOTATIONS, "tenant id");
      const identity = await exchangeClientAssertion(
        { clientId, tenantId, assertion: token },
        cloud,
        options.userAgent,
        context,
      );
      return { identity, principal: `application ${clientId} of tenant ${tenantId}` };
    },
  };
}

/** @throws {CredentialError} always */
export function missing(keys: readonly string[], what: string): never {
  throw new CredentialError({
    action: "using the pod's identity",
    reason: `its service account names no ${what}: annotation ${keys.join(" or ")} did not come with the request`,
    advice:
      "annotate the service account, and list the annotation in optionalServiceAccountAnnotationKeys of this provider's tokenAttributes",
  });
}
