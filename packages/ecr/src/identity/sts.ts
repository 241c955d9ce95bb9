import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  STSClient,
} from "@aws-sdk/client-sts";
import { type Context, CredentialError, type Secret } from "@imagecred/protocol";
import { type AwsCredentials, credentialsOf } from "../aws-credentials.ts";
import { type AwsCall, callAws } from "../sdk/call.ts";
import { clientSettings } from "../sdk/client-settings.ts";
import { endpointUrl } from "../sdk/endpoint.ts";
import type { StsSettings } from "./sts-settings.ts";

/** Loaded only where a role is assumed: STS speaks XML, which the usual way from the node's keys to ECR has no need of. */

const SERVICE = "AWS STS";

export interface RoleSession {
  readonly roleArn: string;
  readonly sessionName: string;
}

export interface WebIdentity extends RoleSession {
  readonly token: Secret;
  /** For messages: "the pod's service account token". */
  readonly tokenIs: string;
}

export interface ChainedRole extends RoleSession {
  readonly credentials: AwsCredentials;
  /** For messages: whose credentials these are. */
  readonly principal: string;
  readonly externalId?: string | undefined;
  /** 900 to 43200; STS's default is an hour. */
  readonly durationSeconds?: number | undefined;
  /** Instead of the region that the settings give. */
  readonly region?: string | undefined;
}

/** Exchanges an OIDC token for a role's credentials. The call is not signed. @throws {CredentialError} */
export async function assumeRoleWithWebIdentity(
  { roleArn, sessionName, token, tokenIs }: WebIdentity,
  settings: StsSettings,
  context: Context,
): Promise<AwsCredentials> {
  const call: AwsCall = {
    service: SERVICE,
    operation: "AssumeRoleWithWebIdentity",
    region: settings.regionFor(roleArn),
    principal: `${roleArn} with ${tokenIs}`,
    whenDenied:
      "check the role's trust policy: sts:AssumeRoleWithWebIdentity for the OIDC provider, with conditions on aud and sub that fit the token",
  };
  const client = stsClient(call, undefined, settings, context);
  const { Credentials } = await callAws(
    () =>
      client.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: sessionName,
          WebIdentityToken: token.reveal(),
        }),
      ),
    call,
  );
  return credentialsFrom(Credentials, call);
}

/** Signs with one identity to become another role. @throws {CredentialError} */
export async function assumeRole(
  role: ChainedRole,
  settings: StsSettings,
  context: Context,
): Promise<AwsCredentials> {
  const { roleArn, principal } = role;
  const call: AwsCall = {
    service: SERVICE,
    operation: "AssumeRole",
    region: role.region ?? settings.regionFor(roleArn),
    principal,
    whenDenied: `allow ${principal} the action sts:AssumeRole on ${roleArn}, and name it in that role's trust policy`,
  };
  const client = stsClient(call, role.credentials, settings, context);
  const { Credentials } = await callAws(
    () =>
      client.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: role.sessionName,
          ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
          ...(role.durationSeconds === undefined ? {} : { DurationSeconds: role.durationSeconds }),
        }),
      ),
    call,
  );
  return credentialsFrom(Credentials, call);
}

function stsClient(
  { operation, region }: AwsCall,
  credentials: AwsCredentials | undefined,
  { endpoint }: StsSettings,
  context: Context,
): STSClient {
  const signer = credentials === undefined ? undefined : async () => credentials;
  const client = new STSClient(
    clientSettings({ service: SERVICE, operation, region, endpoint, credentials: signer }, context),
  );
  context.http.preconnect(endpointUrl(client.config.endpointProvider, SERVICE, region, endpoint));
  return client;
}

function credentialsFrom(
  answer: Credentials | undefined,
  { operation, region, principal }: AwsCall,
): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = answer ?? {};
  if (AccessKeyId && SecretAccessKey && SessionToken) {
    return credentialsOf(AccessKeyId, SecretAccessKey, SessionToken);
  }
  throw new CredentialError({
    action: `asking ${SERVICE} in ${region} (${operation}) as ${principal}`,
    reason: "status 200 without credentials",
    advice: "check what answers there: a proxy, a wrong AWS_ENDPOINT_URL",
  });
}
