import { type Clock, isoSeconds } from "../core/clock.ts";
import { type Received, type Reply, text } from "../core/exchange.ts";
import type { Secrets } from "../core/secrets.ts";
import type { PlainService } from "../core/service.ts";
import { type Iam, parseIamArn } from "./iam.ts";

/** The EC2 instance that a plugin runs on; can be changed while the fakes run. */
export interface Instance {
  /** ARN of the instance profile's role; undefined for an instance without one. */
  role: string | undefined;
  region: string;
  /** `disabled` is HttpEndpoint=disabled: every response is 403. */
  metadata: "enabled" | "disabled";
  /** HttpTokens: `optional` lets IMDSv1 requests through. */
  tokens: "required" | "optional";
  /** Error code to return instead of the role's credentials: `AssumeRoleUnauthorizedAccess`. */
  credentialsProblem: string | undefined;
  /** Remaining lifetime of the credentials, in seconds. */
  expiresIn: number;
}

export interface ImdsParts {
  readonly instance: Instance;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly secrets: Secrets;
}

const CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
const TTL = "x-aws-ec2-metadata-token-ttl-seconds";
const ERROR_TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
};

/**
 * The EC2 instance metadata service, version 2
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html). To simulate hop limit 1,
 * where a container network drops the response to the token request, use the fault `hang` on operation `Token`.
 */
export function imdsService(parts: ImdsParts): PlainService {
  const tokens = new Map<string, number>();
  return {
    name: "aws.imds",
    about: "EC2 instance metadata (IMDSv2)",
    realAddress: "169.254.169.254:80",
    operation: ({ method, path }) => {
      if (method === "PUT") return "Token";
      if (path === CREDENTIALS || path === CREDENTIALS.slice(0, -1)) return "Role";
      return path.startsWith(CREDENTIALS) ? "Credentials" : "Metadata";
    },
    handle: (request) => answer(parts, tokens, request),
  };
}

function answer(parts: ImdsParts, tokens: Map<string, number>, request: Received): Reply {
  const { instance, clock } = parts;
  if (instance.metadata === "disabled") return problem(403);
  if (request.method === "PUT") return issueToken(parts, tokens, request);
  if (request.method !== "GET") return problem(405);
  const given = request.headers["x-aws-ec2-metadata-token"];
  const until = given === undefined ? undefined : tokens.get(given);
  const good = given === undefined ? instance.tokens === "optional" : until !== undefined && until > clock();
  if (!good) return problem(401);
  return metadata(parts, request.path);
}

function issueToken({ secrets, clock }: ImdsParts, tokens: Map<string, number>, request: Received): Reply {
  if (request.path !== "/latest/api/token") return problem(404);
  // A proxy would expose the instance's credentials to all its clients.
  if (request.headers["x-forwarded-for"] !== undefined) return problem(403);
  const seconds = Number(request.headers[TTL] ?? Number.NaN);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 21600) return problem(400);
  const token = secrets.issue("aws.imdsToken", 56);
  tokens.set(token, clock() + seconds * 1000);
  return text(200, token, { ...SERVER, [TTL]: String(seconds) });
}

function metadata({ instance, iam, clock }: ImdsParts, path: string): Reply {
  if (path === "/latest/meta-data/placement/region") return text(200, instance.region, SERVER);
  if (path === "/latest/meta-data/placement/availability-zone")
    return text(200, `${instance.region}b`, SERVER);
  if (path === "/latest/dynamic/instance-identity/document") {
    const accountId = instance.role === undefined ? "123456789012" : parseIamArn(instance.role).account;
    return text(
      200,
      JSON.stringify(
        { accountId, region: instance.region, instanceId: INSTANCE_ID, version: "2017-09-30" },
        null,
        2,
      ),
      SERVER,
    );
  }
  if (instance.role === undefined || !path.startsWith(CREDENTIALS.slice(0, -1))) return problem(404);
  const { name } = parseIamArn(instance.role);
  const asked = path.slice(CREDENTIALS.length);
  if (asked === "") return text(200, name, SERVER);
  if (asked !== name) return problem(404);
  const lastUpdated = isoSeconds(clock());
  if (instance.credentialsProblem !== undefined) {
    const message = `EC2 cannot assume the role ${name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.`;
    return text(
      200,
      JSON.stringify(
        { Code: instance.credentialsProblem, Message: message, LastUpdated: lastUpdated },
        null,
        2,
      ),
      SERVER,
    );
  }
  const key = iam.startSession(instance.role, INSTANCE_ID, instance.expiresIn);
  const document = {
    Code: "Success",
    LastUpdated: lastUpdated,
    Type: "AWS-HMAC",
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    Token: key.sessionToken,
    Expiration: isoSeconds(key.expiresAt),
  };
  return text(200, JSON.stringify(document, null, 2), SERVER);
}

const INSTANCE_ID = "i-0123456789abcdef0";
const SERVER = { server: "EC2ws" };

/** An error page in the format of EC2's web server. */
function problem(status: number): Reply {
  const title = ERROR_TITLES[status] ?? "Error";
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} - ${title}</title>
 </head>
 <body>
  <h1>${status} - ${title}</h1>
 </body>
</html>
`;
  return { status, headers: { "content-type": "text/html", ...SERVER }, body };
}
