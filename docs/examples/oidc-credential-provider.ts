import {
  CredentialError,
  type CredentialProvider,
  Secret,
  serve,
  UnsupportedRegistryError,
} from "@imagecred/protocol";

/** Gives a pod's images from one registry a token that the registry trades for the pod's service account token. */
const oidc: CredentialProvider<{ registry: string }> = {
  name: "oidc-credential-provider",
  version: "1.0.0",
  usage: {
    title: "Image credentials for a registry that trusts the cluster's service account tokens.",
    arguments: "REGISTRY",
    flags: {},
  },

  options: ({ args }) => ({ registry: args[0] ?? "registry.example.com" }),

  async credential({ image, serviceAccountToken }, { registry }, { http, clock }) {
    if (image.registry !== registry)
      throw new UnsupportedRegistryError(`${image.registry} is not ${registry}`);
    const action = `trading the pod's service account token at ${registry}`;
    if (serviceAccountToken === undefined) {
      throw new CredentialError({
        action,
        reason: "the kubelet sent none",
        advice: "set tokenAttributes",
      });
    }
    const { status, body } = await http.cloud({
      service: registry,
      operation: "token exchange",
      method: "POST",
      url: `https://${registry}/oidc/token`,
      headers: { authorization: `Bearer ${serviceAccountToken.reveal()}` },
    });
    if (status !== 200)
      throw new CredentialError({ action, reason: `status ${status}`, advice: "check its trust" });
    const { username, token, expires_in } = JSON.parse(new TextDecoder().decode(body));
    const auth = { [registry]: { username, password: new Secret(token) } };
    return { cacheKeyType: "Registry", auth, expiresAt: clock.now() + expires_in * 1000 };
  },
};

serve(oidc);
