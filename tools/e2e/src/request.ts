export type ApiVersion = "v1" | "v1beta1" | "v1alpha1";

export interface RequestOptions {
  readonly apiVersion?: ApiVersion;
  readonly token?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The bytes that the kubelet writes to a plugin's stdin: one line of compact JSON, keys in the kubelet's order. */
export function kubeletRequest(image: string, options: RequestOptions = {}): string {
  const { apiVersion = "v1", token, annotations } = options;
  return `${JSON.stringify({
    kind: "CredentialProviderRequest",
    apiVersion: `credentialprovider.kubelet.k8s.io/${apiVersion}`,
    image,
    ...(token === undefined ? {} : { serviceAccountToken: token }),
    ...(annotations === undefined ? {} : { serviceAccountAnnotations: annotations }),
  })}\n`;
}

/** A plugin's response. */
export interface Response {
  readonly kind: string;
  readonly apiVersion: string;
  readonly cacheKeyType: string;
  readonly cacheDuration?: string;
  readonly auth?: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
}

/** stdout as a response. @throws SyntaxError when it is not exactly one JSON document */
export function parseResponse(stdout: string): Response {
  return JSON.parse(stdout) as Response;
}
