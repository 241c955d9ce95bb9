import { API_VERSIONS } from "../api-version.ts";
import { parseImage } from "../image.ts";
import type { CredentialProviderRequest } from "../request.ts";
import { Secret } from "../secret.ts";

/** A decoded v1 request for an image, with a service account token where one is given. */
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
