import type { Clouds } from "@imagecred/fake-clouds";
import type { Group, Situation, Start } from "../situation.ts";

/**
 * The tables of the vendors' own tests, as far as the other groups do not have their rows: what the vendors found worth a test has
 * to be the same here, or a difference that the page gives the reason for. Their functions are called with mocks there; here both plugins run
 * with the responses that the mocks give.
 */
const TITLE = "The Go plugin's own tests";

const GROUP = "credentialprovider.kubelet.k8s.io";

/** A request with one field changed. */
const request = (image: string, fields: Readonly<Record<string, string>>) => () => ({
  stdin: JSON.stringify({ kind: "CredentialProviderRequest", apiVersion: `${GROUP}/v1`, image, ...fields }),
});

/** A service's response to every request. */
const response =
  (
    service: string,
    operation: string,
    reply: {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    },
  ) =>
  async ({ faults }: Clouds): Promise<Start> => {
    const fault = { kind: "answer", reply: { headers: {}, body: "", ...reply } } as const;
    await faults.add({ service, operation, fault });
    return {};
  };

const base64 = (text: string) => Buffer.from(text).toString("base64");

const ECR_HOST = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

/** What ECR's mock gives in cmd/ecr-credential-provider/main_test.go, for the private registry and for ECR Public. */
function ecrResponses(what: string, service: string, image: string, list: boolean): readonly Situation[] {
  const json = { "content-type": "application/x-amz-json-1.1" };
  const data = (value: object) => JSON.stringify({ authorizationData: list ? [value] : value });
  const row = (name: string, status: number, body: string): Situation => ({
    name: `${what}: ${name}`,
    image,
    arrange: response(service, "GetAuthorizationToken", { status, headers: json, body }),
  });
  return [
    row("a login without `expiresAt`", 200, data({ authorizationToken: base64("user:pass") })),
    row("empty authorization data", 200, list ? '{"authorizationData":[]}' : '{"authorizationData":{}}'),
    row("nothing in the response", 200, "{}"),
    row("authorization data without a token", 200, data({})),
    row("a token without a colon", 200, data({ authorizationToken: base64("foo") })),
    row("an error", 400, '{"__type":"InvalidParameterException","message":"getAuthorizationToken failed"}'),
  ];
}

function host(name: string, differs?: string): Situation {
  return { name: `\`${name}\``, image: `${name}/app`, ...(differs === undefined ? {} : { differs }) };
}

export const ECR_TESTS: Group = {
  title: TITLE,
  situations: [
    ...ecrResponses("ECR", "aws.ecr", `${ECR_HOST}/team/app`, true),
    ...ecrResponses("ECR Public", "aws.ecr-public", "public.ecr.aws/team/app", false),
    { name: "the registry without a repository", image: ECR_HOST, differs: "A host without a repository" },
    {
      name: "`public.ecr.aws` within the path",
      image: `${ECR_HOST}/public.ecr.aws/foo:latest`,
      registry: `${ECR_HOST}/team/app`,
    },
    host("registry.k8s.io"),
    { name: "`http://foobar`", image: "http://foobar" },
    { name: "`foobar  `, with spaces", image: "foobar  " },
    host("123456789012.dkr.ecr.lala-land-1!.amazonaws.com"),
    host("123456789012.dkr.ecr.#lala-land-1.amazonaws.com"),
    host("123456789012.dkr.ecr.lala-land-1.hacker.com"),
    host("123456789012.dkr.cat.lala-land-1.awsamazon.com"),
    {
      name: "`kind: CredentialProviderFoo`",
      arrange: request(`${ECR_HOST}/team/app`, { kind: "CredentialProviderFoo" }),
    },
    {
      name: "`apiVersion: foo.k8s.io/v1`",
      arrange: request(`${ECR_HOST}/team/app`, { apiVersion: "foo.k8s.io/v1" }),
    },
  ],
};

const NOT_ACR = "An image that is not ACR's: success, without a credential.";

const NO_CHALLENGE = "A managed identity takes three requests, the first one to `/v2/`.";

/** The response of the registry's mock in pkg/credentialprovider/azure_acr_helper_test.go. */
function challenge(name: string, status: number, header: string | undefined, differs?: string): Situation {
  return {
    name: `the registry's challenge: ${name}`,
    ...(differs === undefined ? {} : { differs }),
    arrange: response("azure.acr", "Base", {
      status,
      ...(header === undefined ? {} : { headers: { "www-authenticate": header } }),
    }),
  };
}

export const ACR_TESTS: Group = {
  title: TITLE,
  situations: [
    {
      name: "a configuration that is not JSON: `random-config`",
      arrange: async ({ core }) => ({ args: [await core.writeFile("random.json", "random-config")] }),
    },
    { name: "`busybox`", image: "busybox", differs: NOT_ACR },
    { name: "`invalidImage`", image: "invalidImage", differs: NOT_ACR },
    host("myreg.azurecr.cn"),
    host("myreg.azurecr.io.azurecr.cn", NOT_ACR),
    host("myreg-azurecr-io.azurecr.cn", NOT_ACR),
    challenge("status 200", 200, undefined, NO_CHALLENGE),
    challenge("no `WWW-Authenticate`", 401, undefined, NO_CHALLENGE),
    challenge("`a, b`", 401, "a, b", NO_CHALLENGE),
    challenge(
      "another type",
      401,
      'Auth realm="https://myreg.azurecr.io/oauth2/token",service="myreg.azurecr.io"',
      NO_CHALLENGE,
    ),
    challenge("an empty realm", 401, 'Bearer realm="",service="myreg.azurecr.io"', NO_CHALLENGE),
    challenge("an empty service", 401, 'Bearer realm="myreg.azurecr.io",service=""', NO_CHALLENGE),
    challenge(
      "as it should be",
      401,
      'Bearer realm="https://myreg.azurecr.io/oauth2/token",service="myreg.azurecr.io"',
    ),
    {
      name: "the exchange returns 401",
      arrange: response("azure.acr", "Exchange", { status: 401 }),
    },
    {
      name: "`kind: CredentialProviderFoo`",
      arrange: request("myreg.azurecr.io/app", { kind: "CredentialProviderFoo" }),
    },
    {
      name: "`apiVersion: foo.k8s.io/v1`",
      arrange: request("myreg.azurecr.io/app", { apiVersion: "foo.k8s.io/v1" }),
    },
  ],
};

/** The dockercfg of provider/provider_test.go. Their file server speaks http; the fake one speaks https, as imagecred requires. */
const DOCKERCFG = JSON.stringify({
  "https://hello.kubernetes.io": { email: "foo@bar.baz", auth: base64("foo:bar") },
});

const flow = (value: string) => () => ({ args: ["get-credentials", `--authFlow=${value}`] });

export const GCR_TESTS: Group = {
  title: TITLE,
  situations: [
    { name: "`--authFlow=gcr`", arrange: flow("gcr") },
    { name: "`--authFlow=`", arrange: flow("") },
    { name: "`--authFlow=Gcrauthflow`", arrange: flow("Gcrauthflow") },
    {
      name: "`registry.k8s.io/pause`",
      image: "registry.k8s.io/pause",
      differs: "An image of another registry: keys of Google's",
    },
    {
      name: "`dockercfg` with an `email` and a URL as the key",
      image: "hello.kubernetes.io/app",
      arrange: ({ google }) => {
        google.instance.attributes = { "google-dockercfg": DOCKERCFG };
        return { args: ["get-credentials", "--authFlow=dockercfg"] };
      },
    },
    {
      name: "`dockercfg`, and an image that the file does not have",
      image: "registry.k8s.io/pause",
      differs: "Every failure is exit 0 with an empty response.",
      arrange: ({ google }) => {
        google.instance.attributes = { "google-dockercfg": DOCKERCFG };
        return { args: ["get-credentials", "--authFlow=dockercfg"] };
      },
    },
    {
      name: "`dockercfg-url` with an `email` and a URL as the key",
      image: "hello.kubernetes.io/app",
      arrange: ({ google }) => {
        google.instance.attributes = { "google-dockercfg-url": google.serveFile("/my/value", DOCKERCFG) };
        return { args: ["get-credentials", "--authFlow=dockercfg-url"] };
      },
    },
  ],
};
