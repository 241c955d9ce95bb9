export const USAGE = `Kubelet image credential provider for Amazon ECR and Amazon ECR Public.

Reads a CredentialProviderRequest on stdin, writes a CredentialProviderResponse to stdout.

Usage:
  ecr-credential-provider [flags]

Flags:
      --identity auto|pod|node     whose identity asks ECR: the pod's when the kubelet sends its token, else the
                                   node's (auto, the default); only the pod's; only the node's
      --identity-fallback node     a pod whose identity gives no credential may use the node's
      --registry HOST[:PORT]=ECR   images of this host, a mirror, get the credentials of this ECR registry; may be
                                   given several times
      --role-arn ARN               assume this role with the identity found, and ask ECR as that role
      --role-session-name NAME     session name of every role that is assumed (default ecr-credential-provider)
  -h, --help
      --version

Environment:
  IMAGECRED_TIMEOUT   time limit for everything together, such as 20s (the default)
  IMAGECRED_LOG       debug, info, warn (the default), error or off; json for JSON lines; or both: json,debug
  AWS_ECR_ROLE_ARN    role of a pod whose service account has no annotation eks.amazonaws.com/ecr-role-arn
  AWS_*               identities and endpoints, as in AWS's SDKs; HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE
`;
