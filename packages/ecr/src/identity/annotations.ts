import { AWS_ANNOTATIONS, annotationFor } from "@imagecred/identities/annotations";

/** The annotation to write without a reason for another. */
export const ROLE_ANNOTATION = "eks.amazonaws.com/ecr-role-arn";

/** The annotation that names the role; one that is empty counts. */
export function roleAnnotationIn(annotations: Readonly<Record<string, string>>): string | undefined {
  return annotationFor(AWS_ANNOTATIONS, "role", annotations, (value) => value !== undefined);
}
