import {
  type Context,
  CredentialError,
  type Environment,
  type Files,
  type HttpRequest,
  type IdentitySource,
  isLoopbackHost,
  OptionsError,
  parseJsonObject,
  Secret,
  textAt,
} from "@imagecred/protocol";
import { type AwsCredentials, parseCredentialDocument } from "./credentials.ts";

/** ECS task metadata and the EKS Pod Identity agent (IPv4, IPv6): the only plain http addresses besides loopback. */
const ECS_HOST = "169.254.170.2";
const PLAIN_HTTP_HOSTS = new Set([ECS_HOST, "169.254.170.23", "fd00:ec2::23"]);

/**
 * Credentials from the endpoint in a container's environment: EKS Pod Identity and ECS (AWS SDKs and Tools reference
 * guide, "Container credential provider"). A relative URI is ECS's and wins; a full one must be https, or its host must be
 * loopback, ECS or the Pod Identity agent.
 */
export function containerCredentials({
  env,
  files,
  http,
}: Pick<Context, "env" | "files" | "http">): IdentitySource<AwsCredentials> {
  // Of the services that use these variables, only EKS Pod Identity has its authorization in a file.
  const eks = textAt(env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) !== undefined;
  const service = eks ? "EKS Pod Identity" : "ECS container credentials";
  return {
    name: service,
    async find() {
      const url = endpointOf(env);
      if (url === undefined) return { unavailable: "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set" };
      const authorization = await authorizationOf(env, files);
      const request: HttpRequest = {
        service,
        operation: "GetCredentials",
        method: "GET",
        url: url.href,
        headers: {
          accept: "application/json",
          ...(authorization === undefined ? {} : { authorization: authorization.reveal() }),
        },
      };
      const { status, body } = await http.metadata(request);
      if (status !== 200) throw refused(service, eks, url, status, body);
      return {
        identity: parseCredentialDocument(body, `${service} (${url.origin})`),
        principal: `the role that ${service} gives`,
      };
    },
  };
}

function endpointOf(env: Environment): URL | undefined {
  const relative = textAt(env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]);
  if (relative !== undefined) {
    const url = URL.canParse(relative, `http://${ECS_HOST}`)
      ? new URL(relative, `http://${ECS_HOST}`)
      : undefined;
    if (url?.host === ECS_HOST && relative.startsWith("/")) return url;
    throw new OptionsError(
      `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is ${JSON.stringify(relative)}, expected a path such as /v2/credentials/...`,
    );
  }
  const full = textAt(env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
  if (full === undefined) return undefined;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  if (url?.protocol === "https:") return url;
  if (url?.protocol === "http:" && (isLoopbackHost(host) || PLAIN_HTTP_HOSTS.has(host))) return url;
  throw new OptionsError(
    `AWS_CONTAINER_CREDENTIALS_FULL_URI is ${JSON.stringify(full)}, expected https, or http to loopback or ${[...PLAIN_HTTP_HOSTS].join(", ")}`,
  );
}

/** The file wins, because its content is renewed and the variable's is not. */
async function authorizationOf(env: Environment, files: Files): Promise<Secret | undefined> {
  const file = textAt(env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]);
  const value =
    file === undefined
      ? textAt(env["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
      : (await files.readText(file, "container authorization token")).trim();
  if (value === undefined) return undefined;
  if (value === "") {
    throw new CredentialError({
      action: `reading the container authorization token ${file}`,
      reason: "the file is empty",
      advice: "check the projected volume that writes it: the token comes from the kubelet",
    });
  }
  // The value is sent unchanged; some agents need a scheme and a space before the token.
  if (!/^[\x20-\x7e]+$/.test(value)) {
    throw new OptionsError(
      "the container authorization token has a line break, or another character that a token cannot have",
    );
  }
  return new Secret(value);
}

/** The error of an agent: EKS's responds in plain text, ECS's in JSON. */
function refused(service: string, eks: boolean, url: URL, status: number, body: Uint8Array): CredentialError {
  const document = parseJsonObject(body);
  const said =
    document === undefined
      ? new TextDecoder().decode(body).trim().slice(0, LONGEST_QUOTE)
      : [textAt(document, "code"), textAt(document, "message")]
          .filter((word) => word !== undefined)
          .join(": ");
  return new CredentialError({
    action: `asking ${service} (${url.origin}) for credentials`,
    reason: `status ${status}${said === "" ? "" : `, ${said}`}`,
    advice: eks ? eksAdvice(status, said) : ecsAdvice(status),
  });
}

const LONGEST_QUOTE = 200;

/** By the EKS Auth API's code in the response (API reference, AssumeRoleForPodIdentity, "Errors"), else by status. */
function eksAdvice(status: number, said: string): string {
  const known = Object.entries(EKS_ADVICE).find(([code]) => said.includes(code));
  if (known !== undefined) return known[1];
  if (status === 404) return ASSOCIATION;
  if (status === 429) return THROTTLED;
  if (status >= 500) return "check the eks-pod-identity-agent pod on this node";
  return TOKEN_FILE;
}

const ASSOCIATION =
  "create a pod identity association for the service account, and check its namespace and name";
const THROTTLED = "the EKS Auth API is throttling this node: the kubelet tries again";
const TOKEN_FILE = "check that the token file is the projected token for the audience pods.eks.amazonaws.com";
const EKS_ADVICE: Readonly<Record<string, string>> = {
  AccessDeniedException:
    "allow the node's role the action eks-auth:AssumeRoleForPodIdentity, and check that the association's role trusts pods.eks.amazonaws.com",
  ResourceNotFoundException: ASSOCIATION,
  ThrottlingException: THROTTLED,
  ExpiredTokenException:
    "the projected token has expired: check the node's clock and that the kubelet renews it",
  InvalidTokenException: TOKEN_FILE,
  ServiceUnavailableException: "the EKS Auth API is not available: the kubelet tries again",
  InternalServerException: "the EKS Auth API failed: the kubelet tries again",
};

function ecsAdvice(status: number): string {
  if (status === 429) return "the ECS agent is throttling this task: the kubelet tries again";
  if (status >= 500) return "check the ECS agent on this machine";
  return "check the task's role and the authorization token";
}
