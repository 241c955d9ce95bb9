import { isoSeconds } from "../core/clock.ts";
import type { Cluster } from "../core/cluster.ts";
import { json, type Received, type Reply, text } from "../core/exchange.ts";
import { TokenProblem } from "../core/jwt.ts";
import type { PlainService } from "../core/service.ts";
import { requestId } from "./errors.ts";
import type { Iam } from "./iam.ts";

/** An EKS Pod Identity association: the role of a service account. */
export interface PodIdentityAssociation {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly role: string;
}

export interface PodIdentityParts {
  readonly iam: Iam;
  readonly cluster: Cluster;
  readonly associations: readonly PodIdentityAssociation[];
  /** Lifetime of the credentials, in seconds. */
  readonly expiresIn: () => number;
}

export const POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com";

/**
 * The EKS Pod Identity agent of a node (https://github.com/aws/eks-pod-identity-agent): the pod's token in the
 * Authorization header, and errors as plain text that contains the EKS Auth API's code.
 */
export function podIdentityService(parts: PodIdentityParts): PlainService {
  return {
    name: "aws.pod-identity",
    about: "EKS Pod Identity agent",
    realAddress: "169.254.170.23:80",
    operation: () => "Credentials",
    handle: async (request) => {
      if (request.path !== "/v1/credentials") return text(404, "404 page not found\n");
      const token = request.headers["authorization"];
      if (token === undefined) return text(400, "Service account token cannot be empty\n");
      const claims = await parts.cluster.verify(token, [POD_IDENTITY_AUDIENCE]);
      if (claims instanceof TokenProblem) return eksAuthError(400, ...tokenError(claims));
      const { sub = "" } = claims;
      const association = parts.associations.find(
        (each) => sub === `system:serviceaccount:${each.namespace}:${each.serviceAccount}`,
      );
      if (association === undefined) {
        return eksAuthError(
          404,
          "ResourceNotFoundException",
          "Failed to retrieve association: association not found",
        );
      }
      const { principal, ...key } = parts.iam.startSession(
        association.role,
        "eks-cluster-pod-1",
        parts.expiresIn(),
      );
      return json(200, {
        AccessKeyId: key.accessKeyId,
        SecretAccessKey: key.secretAccessKey,
        Token: key.sessionToken,
        AccountId: principal.account,
        Expiration: isoSeconds(key.expiresAt),
      });
    },
  };
}

function tokenError({ reason }: TokenProblem): [code: string, message: string] {
  if (reason === "expired") return ["ExpiredTokenException", "The service account token is expired"];
  return ["InvalidTokenException", `The service account token is invalid: ${reason}`];
}

function eksAuthError(status: number, code: string, message: string): Reply {
  return text(status, `[${requestId()}]: (${code}): ${message}, fault: client\n`);
}

export interface TaskCredentialsParts {
  readonly iam: Iam;
  readonly role: string;
  /** The id in the path, which identifies the task to the ECS agent. */
  readonly taskId: string;
  /** If set, the required Authorization header (AWS_CONTAINER_AUTHORIZATION_TOKEN). */
  readonly authorization?: string;
  readonly expiresIn: () => number;
}

/** The ECS agent's credential endpoint (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html). */
export function taskCredentialsService(parts: TaskCredentialsParts): PlainService {
  return {
    name: "aws.ecs",
    about: "ECS container credentials",
    realAddress: "169.254.170.2:80",
    operation: () => "Credentials",
    handle: (request) => taskCredentials(parts, request),
  };
}

function taskCredentials(parts: TaskCredentialsParts, request: Received): Reply {
  if (request.path !== `/v2/credentials/${parts.taskId}`) {
    return json(400, {
      code: "InvalidIdInRequest",
      message: "CredentialsV2Request: ID not found",
      HTTPErrorCode: 400,
    });
  }
  if (parts.authorization !== undefined && request.headers["authorization"] !== parts.authorization) {
    return json(401, { code: "Unauthorized", message: "the Authorization header does not fit" });
  }
  const key = parts.iam.startSession(parts.role, parts.taskId, parts.expiresIn());
  return json(200, {
    RoleArn: parts.role,
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    Token: key.sessionToken,
    Expiration: isoSeconds(key.expiresAt),
  });
}
