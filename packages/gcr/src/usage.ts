/** What `--help` prints. */
export const USAGE = `gcr-credential-provider: kubelet image credentials for Google Artifact Registry and gcr.io

Usage: gcr-credential-provider [get-credentials] [flags] < CredentialProviderRequest

  -a, --authFlow FLOW             gcr (default): a Google identity's access token
                                  dockercfg: the instance's metadata attribute google-dockercfg
                                  dockercfg-url: the file that the attribute google-dockercfg-url names
      --identity WHO              auto (default): the pod's when the kubelet sends its token, else the node's; pod; node
      --identity-fallback WHO     node: a pod whose own identity gives no credential gets the node's (default none)
      --identity-provider URL     issuer of this GKE cluster's tokens, for pods annotated
                                  iam.gke.io/enable-wi-image-pull: "true"
      --project-id ID             project of the GKE cluster, with --identity-provider
      --workload-identity-provider NAME
                                  projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER
      --service-account EMAIL     which of the instance's service accounts (default "default")
      --universe-domain DOMAIN    universe of registries and credentials (default googleapis.com)
      --registry-domain DOMAIN    domain of a universe's registries, where this version does not know it
      --registry HOST[:PORT]=TARGET
                                  HOST mirrors the Google registry TARGET and gets its credentials (repeatable)
      --help, --version

Environment: GOOGLE_APPLICATION_CREDENTIALS, GCE_METADATA_HOST, GOOGLE_CLOUD_UNIVERSE_DOMAIN, HTTPS_PROXY, NO_PROXY,
SSL_CERT_FILE, SSL_CERT_DIR, IMAGECRED_TIMEOUT (20s), IMAGECRED_LOG (debug, info, warn, error, off; json)
`;
