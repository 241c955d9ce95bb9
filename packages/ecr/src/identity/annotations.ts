/**
 * The service account annotations that name the role with which a pod's images are pulled, the first of them that is there
 * before the others: one for pulling alone, and that of IAM roles for service accounts, which fluxcd's controllers read too
 * (https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html). The kubelet passes on those only
 * that the provider's tokenAttributes list, so whether a pod's own role pulls is the operator's decision.
 */
export const ROLE_ANNOTATIONS = ["eks.amazonaws.com/ecr-role-arn", "eks.amazonaws.com/role-arn"] as const;

/** The one to write without a reason for another. */
export const ROLE_ANNOTATION = ROLE_ANNOTATIONS[0];
