import { AZURE_ANNOTATIONS, annotationFor, shownKeys } from "@imagecred/identities/annotations";

/** What the two kinds of annotations are called in messages. */
export const CLIENT_ID_ANNOTATION = shownKeys(AZURE_ANNOTATIONS, "client");
export const TENANT_ID_ANNOTATION = shownKeys(AZURE_ANNOTATIONS, "tenant");

/** The annotation that names the application, or its tenant; one that is empty does not count. */
export function annotationIn(
  annotations: Readonly<Record<string, string>>,
  says: "client" | "tenant",
): string | undefined {
  return annotationFor(AZURE_ANNOTATIONS, says, annotations);
}
