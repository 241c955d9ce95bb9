import { AWS_ANNOTATIONS, annotationFor } from "@imagecred/identities/annotations";

/** The annotation that messages recommend. */
export const ROLE_ANNOTATION = "eks.amazonaws.com/ecr-role-arn";

/** The key of the annotation with the role; its value may be empty. */
export function roleAnnotationIn(annotations: Readonly<Record<string, string>>): string | undefined {
  return annotationFor(AWS_ANNOTATIONS, "role", annotations, (value) => value !== undefined);
}
