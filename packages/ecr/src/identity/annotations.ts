/** The service account annotation that names the role with which a pod's images are pulled. */
export const ROLE_ANNOTATION = "eks.amazonaws.com/ecr-role-arn";
