import {
  type Clock,
  type Context,
  CredentialError,
  type Environment,
  type IdentitySource,
  OptionsError,
  type Outcome,
  type Retry,
  retryByDefault,
  TransportError,
  type TransportResponse,
  type Unavailable,
} from "@imagecred/protocol";
import { type AwsCredentials, parseCredentialDocument, parseObject, text } from "../aws-credentials.ts";

const SERVICE = "EC2 instance metadata";
const CREDENTIALS_PATH = "/latest/meta-data/iam/security-credentials/";

/** Longer than any run of ours, as short as a token may reasonably be. */
const TOKEN_TTL_SECONDS = "300";
/** The first question finds out whether anybody is there, so it is asked at most twice with this limit (milliseconds). */
const FIRST_ANSWER_MS = 1_000;

/**
 * The role of the EC2 instance's profile, over IMDSv2 (EC2 user guide, "Use the Instance Metadata Service to access
 * instance metadata"): a session token first, then the role's name, then its credentials. IMDSv1 is never used.
 */
export function instanceMetadata({
  env,
  http,
  clock,
}: Pick<Context, "env" | "http" | "clock">): IdentitySource<AwsCredentials> {
  return {
    name: SERVICE,
    async find() {
      if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") {
        return { unavailable: "AWS_EC2_METADATA_DISABLED is true" };
      }
      const endpoint = endpointOf(env);
      const token = await openSession(endpoint, http, clock);
      if (typeof token !== "string") return token;
      const get = (operation: string, path: string) =>
        http.metadata({
          service: SERVICE,
          operation,
          method: "GET",
          url: endpoint + path,
          headers: { "x-aws-ec2-metadata-token": token },
        });
      const role = roleOf(await get("GetRole", CREDENTIALS_PATH));
      const answer = await get("GetRoleCredentials", CREDENTIALS_PATH + encodeURIComponent(role));
      return { identity: credentialsOfRole(answer, role), principal: `role ${role} of the instance profile` };
    },
  };
}

/** AWS SDKs and Tools reference guide, "IMDS credential provider". */
function endpointOf(env: Environment): string {
  const configured = text(env["AWS_EC2_METADATA_SERVICE_ENDPOINT"]);
  if (configured !== undefined) {
    if (!URL.canParse(configured) || !/^https?:/i.test(configured)) {
      throw new OptionsError(
        `AWS_EC2_METADATA_SERVICE_ENDPOINT is ${JSON.stringify(configured)}, expected a URL such as http://169.254.169.254`,
      );
    }
    return configured.replace(/\/+$/, "");
  }
  const mode = text(env["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"])?.toLowerCase();
  if (mode === undefined || mode === "ipv4") return "http://169.254.169.254";
  if (mode === "ipv6") return "http://[fd00:ec2::254]";
  throw new OptionsError(
    `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is ${JSON.stringify(mode)}, expected IPv4 or IPv6`,
  );
}

async function openSession(
  endpoint: string,
  http: Context["http"],
  clock: Clock,
): Promise<string | Unavailable> {
  let response: TransportResponse;
  try {
    response = await http.metadata({
      service: SERVICE,
      operation: "GetToken",
      method: "PUT",
      url: `${endpoint}/latest/api/token`,
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": TOKEN_TTL_SECONDS },
      timeoutMs: FIRST_ANSWER_MS,
      again: againUnlessSilent(clock),
    });
  } catch (error) {
    return silentOrAbsent(error, endpoint);
  }
  const { status, body } = response;
  const token = new TextDecoder().decode(body).trim();
  if (status === 200 && /^[\x21-\x7e]+$/.test(token)) return token;
  // Other clouds have a metadata server at the same address, without this path or method.
  if (status === 404 || status === 405) {
    return { unavailable: `${endpoint} answered ${status} to the request for an IMDSv2 token: not EC2's` };
  }
  throw new CredentialError({
    action: `asking the ${SERVICE} service (${endpoint}) for a session token`,
    reason: status === 200 ? "status 200 without a token" : `status ${status}`,
    advice:
      status === 403
        ? "the service is turned off for this instance: set its metadata option HttpEndpoint to enabled, or give the plugin another identity"
        : "check what answers there",
  });
}

/**
 * As for other calls, except that silence, before or after connecting, is waited for only twice: off EC2, and behind a
 * hop limit, that is all there will ever be.
 */
function againUnlessSilent(clock: Clock): (outcome: Outcome<TransportResponse>) => Retry | undefined {
  let silences = 0;
  return (outcome) => {
    const silent =
      !outcome.ok && outcome.error instanceof TransportError && outcome.error.code === "ETIMEDOUT";
    if (silent && ++silences > 1) return undefined;
    return retryByDefault(outcome, clock.now());
  };
}

function silentOrAbsent(error: unknown, endpoint: string): Unavailable {
  if (!(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
  const { code, phase } = error.cause;
  if (code === "ETIMEDOUT" && phase !== "connect") {
    throw new CredentialError({
      action: `asking the ${SERVICE} service (${endpoint}) for a session token`,
      reason: "the connection opened, but no answer came through it",
      advice:
        "from inside a container that is the hop limit: set the instance's metadata option HttpPutResponseHopLimit to 2, or run on the host's network",
      cause: error,
    });
  }
  if (["ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"].includes(code)) {
    return { unavailable: error.reason };
  }
  throw error;
}

function roleOf({ status, body }: TransportResponse): string {
  const role = new TextDecoder().decode(body).trim().split("\n")[0]?.trim() ?? "";
  if (status === 200 && role !== "") return role;
  const none = status === 404 || status === 200;
  throw new CredentialError({
    action: `asking the ${SERVICE} service for the instance's role`,
    reason: none ? "no role is attached to this instance" : `status ${status}`,
    advice: none
      ? "attach an instance profile whose role has the policy AmazonEC2ContainerRegistryPullOnly, or give the plugin another identity"
      : "check the instance's metadata options",
  });
}

function credentialsOfRole({ status, body }: TransportResponse, role: string): AwsCredentials {
  const answer = status === 200 ? parseObject(body) : undefined;
  const code = text(answer?.["Code"]);
  if (status === 200 && (code === undefined || code === "Success")) {
    return parseCredentialDocument(body, `the ${SERVICE} service`);
  }
  throw new CredentialError({
    action: `asking the ${SERVICE} service for credentials of role ${role}`,
    reason: code === undefined ? `status ${status}` : `${code}: ${text(answer?.["Message"]) ?? "no message"}`,
    advice: "check that the role exists and that its trust policy lets ec2.amazonaws.com assume it",
  });
}
