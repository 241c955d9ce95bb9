import { textAt } from "@imagecred/protocol";
import type { Universe } from "../universe.ts";
import { type CredentialFile, unusable } from "./credential-file.ts";
import { type GoogleService, isServiceUrl } from "./service-url.ts";

/**
 * The URL in a field of a credential file, if there is one. A credential is sent only to Google's own services of its
 * universe (https://cloud.google.com/docs/authentication/client-libraries#external-credentials).
 * @throws {CredentialError}
 */
export function endpointIn(
  file: CredentialFile,
  field: string,
  service: GoogleService,
  universe: Universe,
): string | undefined {
  const url = textAt(file.fields, field);
  if (url === undefined || isServiceUrl(url, service, universe)) return url;
  throw unusable(
    file.path,
    `its ${field} is not an endpoint of ${service}.${universe.domain}`,
    "a credential is sent to Google's own services only; create a new file with gcloud",
  );
}

/** Endpoints in key files from before 2018; all are the same endpoint today. */
const FORMER_TOKEN_URIS = [
  "https://accounts.google.com/o/oauth2/token",
  "https://www.googleapis.com/oauth2/v3/token",
  "https://www.googleapis.com/oauth2/v4/token",
];

/** The OAuth token endpoint of a key's or a user's file. @throws {CredentialError} */
export function tokenUri(file: CredentialFile, universe: Universe): string {
  const standard = `https://oauth2.${universe.domain}/token`;
  if (FORMER_TOKEN_URIS.includes(textAt(file.fields, "token_uri") ?? "")) return standard;
  return endpointIn(file, "token_uri", "oauth2", universe) ?? standard;
}
