import { Secret } from "../secret.ts";
import { API_VERSIONS } from "../wire/api-version.ts";
import { parseImage } from "../wire/image-name.ts";
import type { CredentialProviderRequest } from "../wire/request.ts";

/** A decoded v1 request for an image, optionally with a service account token. */
export function requestFor(
  image: string,
  serviceAccount?: { readonly token: string; readonly annotations?: Readonly<Record<string, string>> },
): CredentialProviderRequest {
  return {
    apiVersion: API_VERSIONS[0],
    image: parseImage(image),
    serviceAccountToken: serviceAccount === undefined ? undefined : new Secret(serviceAccount.token),
    serviceAccountAnnotations: serviceAccount?.annotations ?? {},
  };
}
