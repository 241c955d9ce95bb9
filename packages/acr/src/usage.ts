export const USAGE = `Usage: acr-credential-provider [flags] [AZURE_JSON]

Gives the kubelet credentials for Azure Container Registry. Reads a CredentialProviderRequest from stdin and writes a
CredentialProviderResponse to stdout. AZURE_JSON is the node's configuration, usually /etc/kubernetes/azure.json (JSON or
YAML); without it, the AZURE_* variables of the Azure SDKs are read.

Flags:
  -r, --registry-mirror SOURCE:TARGET[,...]  images of SOURCE get the credentials of the registry TARGET;
                                    each is HOST[:PORT][/PATH]
      --registry HOST[:PORT]=TARGET same, one pair; may be repeated
      --identity auto|pod|node      whose identity: the pod's when the request carries its token (auto)
      --identity-fallback node      let the node's identity follow when the pod's gives no credential
      --anonymous-second-try        add an entry without a credential, so that a pull that fails is tried
                                    once more without one
      --ib-sni-name NAME            AKS identity bindings: name of the token endpoint, without https://
      --ib-apiserver-ip ADDRESS     address of the API server, where the token endpoint is
      --ib-default-client-id ID     identity of pods whose service account is not annotated
      --ib-default-tenant-id ID     its tenant
      --ib-ca-file PATH             CA of the token endpoint (/etc/kubernetes/certs/ca.crt)
      --help, --version
klog's flags (-v, --logtostderr, ...) are accepted and do nothing.

Environment: AZURE_* (see docs/acr.md), HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, IMAGECRED_TIMEOUT (20s),
IMAGECRED_LOG (debug|info|warn|error|off, json).
`;
