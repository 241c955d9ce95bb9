import { AZURE_ANNOTATIONS, annotationFor, shownKeys } from "@imagecred/identities/annotations";

/** The annotations of the client ID, for messages. */
export const CLIENT_ID_ANNOTATION = shownKeys(AZURE_ANNOTATIONS, "client");
/** The annotations of the tenant ID, for messages. */
export const TENANT_ID_ANNOTATION = shownKeys(AZURE_ANNOTATIONS, "tenant");

/** The key of the annotation with the application or its tenant; empty annotations are ignored. */
export function annotationIn(
  annotations: Readonly<Record<string, string>>,
  meaning: "client" | "tenant",
): string | undefined {
  return annotationFor(AZURE_ANNOTATIONS, meaning, annotations);
}
