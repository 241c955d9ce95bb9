import {
  bodyStart,
  CredentialError,
  type CredentialProvider,
  failureOf,
  OptionsError,
  parseJsonObject,
  Secret,
  textAt,
  UnsupportedRegistryError,
} from "@imagecred/protocol";

/** The plugin's arguments: `args` in the kubelet's configuration. */
interface Options {
  /** Host of the registry, with its port if it has one. */
  readonly registry: string;
}

/** Exchanges a pod's service account token for a credential, at a registry that trusts the cluster's tokens. */
export const plugin: CredentialProvider<Options> = {
  name: "example-credential-provider",
  version: "0.1.0",
  usage: {
    title: "Image credentials for a registry that trusts the cluster's service account tokens.",
    arguments: "REGISTRY",
    flags: {},
  },

  options({ args: [registry] }) {
    if (registry === undefined) throw new OptionsError("set args to the registry's host");
    return { registry };
  },

  async credential({ image, serviceAccountToken }, { registry }, { http, clock }) {
    // Compare the whole host before anything is sent.
    if (image.registry !== registry)
      throw new UnsupportedRegistryError(`${image.registry} is not ${registry}`);

    const action = `exchanging the pod's service account token at ${registry}`;
    if (serviceAccountToken === undefined) {
      throw new CredentialError({
        action,
        reason: "the kubelet sent no token",
        advice: "set tokenAttributes in the CredentialProviderConfig",
      });
    }

    const response = await http.cloud({
      service: registry,
      operation: "token exchange",
      method: "POST",
      url: `https://${registry}/oidc/token`,
      headers: { authorization: `Bearer ${serviceAccountToken.reveal()}` },
    });
    if (response.status !== 200) {
      throw new CredentialError({
        action,
        reason: `status ${response.status}, ${bodyStart(response)}`,
        advice: "check that the registry trusts this cluster and the service account",
        failure: failureOf(response.status),
      });
    }

    const document = parseJsonObject(response.body);
    const username = textAt(document, "username");
    const token = textAt(document, "token");
    const seconds = document?.["expires_in"];
    if (username === undefined || token === undefined || typeof seconds !== "number") {
      throw new CredentialError({
        action,
        reason: "status 200 without username, token and expires_in",
        advice: "check that the server is the registry",
      });
    }
    return {
      // The kubelet uses the response for all images of this registry until half of the credential's lifetime has passed.
      cacheKeyType: "Registry",
      auth: { [registry]: { username, password: new Secret(token) } },
      expiresAt: clock.now() + seconds * 1000,
    };
  },
};
