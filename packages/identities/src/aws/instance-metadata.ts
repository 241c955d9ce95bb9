import {
  type Clock,
  type Context,
  CredentialError,
  type Environment,
  type IdentitySource,
  isToken,
  metadataRetry,
  OptionsError,
  parseJsonObject,
  type Retry,
  Secret,
  TransportError,
  type TransportResponse,
  textAt,
  type Unavailable,
} from "@imagecred/protocol";
import { type AwsCredentials, parseCredentialDocument } from "./credentials.ts";
import { isRoleName } from "./role.ts";

const SERVICE = "EC2 instance metadata";
const CREDENTIALS_PATH = "/latest/meta-data/iam/security-credentials/";

/** Longer than any run takes. */
const TOKEN_TTL_SECONDS = "300";

/**
 * Limits of the first request, which shows whether the service exists; it is sent at most twice (milliseconds). Connecting has one
 * second of each (metadata calls, protocol), so the plugin soon knows that it is outside EC2. A response can take longer: when a machine boots,
 * all its processes ask at once.
 */
const FIRST_TIMEOUT_MS = { once: 2_000, again: 6_000 };

/**
 * The role of the EC2 instance's profile, over IMDSv2 (EC2 user guide, "Use the Instance Metadata Service to access
 * instance metadata"): a session token first, then the role's name, then its credentials. IMDSv1 is never used.
 * @param roleNeeds the permission that the role needs, for advice: "the policy AmazonEC2ContainerRegistryPullOnly"
 */
export function instanceMetadata(
  roleNeeds: string,
  { env, http, clock, deadline }: Pick<Context, "env" | "http" | "clock" | "deadline">,
): IdentitySource<AwsCredentials> {
  return {
    name: SERVICE,
    async find() {
      const session = await openSession({ env, http, clock, deadline });
      if ("unavailable" in session) return session;
      const get = (operation: string, path: string) =>
        http.metadata({
          service: SERVICE,
          operation,
          method: "GET",
          url: session.endpoint + path,
          headers: { "x-aws-ec2-metadata-token": session.token.reveal() },
          alsoRetry: notYet(clock),
        });
      const role = roleOf(await get("GetRole", CREDENTIALS_PATH), roleNeeds);
      const response = await get("GetRoleCredentials", CREDENTIALS_PATH + encodeURIComponent(role));
      return {
        identity: credentialsOfRole(response, role),
        principal: `role ${role} of the instance profile`,
      };
    },
  };
}

/**
 * Reads one value of the instance's metadata, without white space around it.
 * @param operation for messages and logs: "GetRegion"
 * @param path from `/latest/` on
 * @throws {CredentialError} if the service exists and does not give the value
 */
export async function readInstanceMetadata(
  operation: string,
  path: string,
  context: Pick<Context, "env" | "http" | "clock" | "deadline">,
): Promise<string | Unavailable> {
  const session = await openSession(context);
  if ("unavailable" in session) return session;
  const { status, body } = await context.http.metadata({
    service: SERVICE,
    operation,
    method: "GET",
    url: session.endpoint + path,
    headers: { "x-aws-ec2-metadata-token": session.token.reveal() },
  });
  if (status === 200) return new TextDecoder().decode(body).trim();
  throw new CredentialError({
    action: `asking the ${SERVICE} service (${operation})`,
    reason: `status ${status}`,
    advice: "check the instance's metadata options",
  });
}

/**
 * An instance that has just booted, or whose profile was just attached, responds 404 for some seconds
 * (awslabs/amazon-eks-ami pull request 1970). A 404 is retried for this time (milliseconds).
 */
const BOOT_MS = 5_000;
const BOOT_PAUSE_MS = 500;

function notYet(clock: Clock): (response: TransportResponse) => Retry | undefined {
  const startedAt = clock.elapsed();
  return ({ status }) =>
    status === 404 && clock.elapsed() - startedAt < BOOT_MS
      ? { reason: "no role yet", pauseMs: BOOT_PAUSE_MS }
      : undefined;
}

/** AWS SDKs and Tools reference guide, "IMDS credential provider". */
function endpointsOf(env: Environment): readonly string[] {
  const configured = textAt(env["AWS_EC2_METADATA_SERVICE_ENDPOINT"]);
  if (configured !== undefined) {
    if (!URL.canParse(configured) || !/^https?:/i.test(configured)) {
      throw new OptionsError(
        `AWS_EC2_METADATA_SERVICE_ENDPOINT is ${JSON.stringify(configured)}, expected a URL such as http://169.254.169.254`,
      );
    }
    return [configured.replace(/\/+$/, "")];
  }
  const mode = textAt(env["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"])?.toLowerCase();
  // A node of an IPv6 subnet may have no IPv4 address: then the IPv4 endpoint has no route.
  if (mode === undefined) return [IPV4_ENDPOINT, IPV6_ENDPOINT];
  if (mode === "ipv4") return [IPV4_ENDPOINT];
  if (mode === "ipv6") return [IPV6_ENDPOINT];
  throw new OptionsError(
    `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is ${JSON.stringify(mode)}, expected IPv4 or IPv6`,
  );
}

const IPV4_ENDPOINT = "http://169.254.169.254";
const IPV6_ENDPOINT = "http://[fd00:ec2::254]";

interface Session {
  readonly endpoint: string;
  /** Sent with every further request. */
  readonly token: Secret;
}

type SessionContext = Pick<Context, "env" | "http" | "clock" | "deadline">;

/** The session of each run: its token is valid for longer than any run takes. */
const sessions = new WeakMap<Context["http"], Promise<Session | Unavailable>>();

/** The run's session, which all its requests share: for the role, its credentials, the region. */
async function openSession(context: SessionContext): Promise<Session | Unavailable> {
  const open = sessions.get(context.http);
  if (open !== undefined) return await open;
  const opening = newSession(context);
  sessions.set(context.http, opening);
  return await opening;
}

/** A session at the first endpoint that this machine has a route to. */
async function newSession({ env, http, clock, deadline }: SessionContext): Promise<Session | Unavailable> {
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") {
    return { unavailable: "AWS_EC2_METADATA_DISABLED is true" };
  }
  const reasons: string[] = [];
  for (const endpoint of endpointsOf(env)) {
    try {
      return await sessionAt(endpoint, http, clock);
    } catch (error) {
      const { unavailable, noRoute } = unavailableAt(error, endpoint, deadline);
      reasons.push(unavailable);
      if (!noRoute) break;
    }
  }
  const modes = reasons.length > 1 ? "; AWS_EC2_METADATA_SERVICE_ENDPOINT sets another address" : "";
  return { unavailable: `${reasons.join("; ")}${modes}` };
}

async function sessionAt(
  endpoint: string,
  http: Context["http"],
  clock: Clock,
): Promise<Session | Unavailable> {
  const { status, headers, body } = await firstResponse(endpoint, http, clock);
  const token = new TextDecoder().decode(body).trim();
  if (status === 200 && isToken(token)) return { endpoint, token: new Secret(token) };
  // Other clouds have a metadata server at the same address, without this path or method.
  const { adviceElsewhere } = await import("../elsewhere.ts");
  const advice = adviceElsewhere(headers, "aws");
  if (status === 404 || status === 405 || advice !== undefined) {
    const unavailable = `${endpoint} responded ${status} to the request for an IMDSv2 token: it is not EC2's`;
    return { unavailable, ...(advice === undefined ? {} : { advice }) };
  }
  throw new CredentialError({
    action: `asking the ${SERVICE} service (${endpoint}) for a session token`,
    reason: status === 200 ? "status 200 without a token" : `status ${status}`,
    advice:
      status === 403
        ? "the service is turned off for this instance: set its metadata option HttpEndpoint to enabled, or give the plugin another identity"
        : "check what responds there",
  });
}

/**
 * Asks for a session token with the rule of other calls, except that a time-out, before or after connecting, is retried only once:
 * outside EC2, and behind a hop limit, every request times out.
 */
async function firstResponse(
  endpoint: string,
  http: Context["http"],
  clock: Clock,
): Promise<TransportResponse> {
  const defaultRule = metadataRetry(clock);
  const ask = (timeoutMs: number) =>
    http.metadata({
      service: SERVICE,
      operation: "GetToken",
      method: "PUT",
      url: `${endpoint}/latest/api/token`,
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": TOKEN_TTL_SECONDS },
      timeoutMs,
      attempts: Number.MAX_SAFE_INTEGER,
      retryIf: (outcome) => (!outcome.ok && timedOut(outcome.error) ? undefined : defaultRule(outcome)),
    });
  try {
    return await ask(FIRST_TIMEOUT_MS.once);
  } catch (error) {
    if (error instanceof CredentialError && timedOut(error.cause)) return await ask(FIRST_TIMEOUT_MS.again);
    throw error;
  }
}

function timedOut(error: unknown): boolean {
  return error instanceof TransportError && error.code === "ETIMEDOUT";
}

/** This machine has no route to the address: nothing was sent. */
const NO_ROUTE = ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT"];

/** Why the endpoint is not available. @throws the error itself if the service exists but does not work */
function unavailableAt(
  error: unknown,
  endpoint: string,
  deadline: Context["deadline"],
): Unavailable & { readonly noRoute: boolean } {
  if (!(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
  const { code, phase } = error.cause;
  if (code === "ETIMEDOUT" && phase !== "connect") {
    throw new CredentialError({
      action: `asking the ${SERVICE} service (${endpoint}) for a session token`,
      reason: "the connection opened, but no response came",
      advice:
        "in a container, the cause is the hop limit: set the instance's metadata option HttpPutResponseHopLimit to 2, or use the host's network",
      cause: error,
    });
  }
  // With the time used up, nothing is known about the endpoint.
  if (code === "ETIMEDOUT" && deadline.remainingMs() <= 0) throw error;
  if (NO_ROUTE.includes(code)) return { unavailable: error.reason, noRoute: true };
  if (code === "ECONNREFUSED" || code === "ETIMEDOUT") {
    return { unavailable: error.reason, noRoute: false };
  }
  throw error;
}

function roleOf({ status, body }: TransportResponse, roleNeeds: string): string {
  const role = new TextDecoder().decode(body).trim().split("\n")[0]?.trim() ?? "";
  if (status === 200 && isRoleName(role)) return role;
  if (status === 200 && role !== "") {
    throw new CredentialError({
      action: `asking the ${SERVICE} service for the instance's role`,
      reason: "status 200 with something that is not the name of a role",
      advice: "check what responds there: another service, a proxy",
    });
  }
  const noRole = status === 404 || status === 200;
  throw new CredentialError({
    action: `asking the ${SERVICE} service for the instance's role`,
    reason: noRole ? "no role is attached to this instance, or not yet" : `status ${status}`,
    advice: noRole
      ? `attach an instance profile whose role has ${roleNeeds}, or give the plugin another identity`
      : "check the instance's metadata options",
  });
}

function credentialsOfRole({ status, body }: TransportResponse, role: string): AwsCredentials {
  const document = status === 200 ? parseJsonObject(body) : undefined;
  const code = textAt(document, "Code");
  if (status === 200 && (code === undefined || code === "Success")) {
    return parseCredentialDocument(body, `the ${SERVICE} service`);
  }
  throw new CredentialError({
    action: `asking the ${SERVICE} service for credentials of role ${role}`,
    reason:
      code === undefined ? `status ${status}` : `${code}: ${textAt(document, "Message") ?? "no message"}`,
    advice: "check that the role exists and that its trust policy lets ec2.amazonaws.com assume it",
  });
}
