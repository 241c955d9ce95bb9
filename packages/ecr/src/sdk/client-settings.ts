import type { AwsCredentials, EndpointSettings } from "@imagecred/identities/aws";
import { unresolvedAdvice } from "@imagecred/identities/aws/calls";
import { type Context, type HttpRequest, VERSION } from "@imagecred/protocol";
import type { HttpAuthScheme } from "@smithy/types";
import { requestHandler } from "./request-handler.ts";
import { sha256With } from "./sha256.ts";

/** Which API a client is for, and with whose keys. */
export interface ClientPurpose {
  /** For messages and logs: "Amazon ECR". */
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly endpoint: EndpointSettings;
  /** Limits of each attempt, in milliseconds, and their number, where they are not the usual ones. */
  readonly limits?: Pick<HttpRequest, "timeoutMs" | "connectTimeoutMs" | "attempts">;
  /** Asked when a request is to be signed; undefined for operations that are not. */
  readonly credentials: (() => Promise<AwsCredentials>) | undefined;
}

/**
 * The configuration that every SDK client of ours gets. Nothing in it is left for the SDK to look up: no configuration
 * file is read, and the environment is the request's own, not the process's.
 */
export function clientSettings(purpose: ClientPurpose, { http, clock, crypto }: Context) {
  const { service, operation, region, endpoint, credentials, limits } = purpose;
  return {
    region,
    ...(endpoint.url === undefined ? {} : { endpoint: endpoint.url }),
    ignoreConfiguredEndpointUrls: true,
    useFipsEndpoint: endpoint.fips,
    useDualstackEndpoint: endpoint.dualStack,
    ...(credentials === undefined ? {} : { credentials: async () => revealed(await credentials()) }),
    requestHandler: requestHandler(http, {
      service,
      operation,
      now: () => clock.now(),
      unresolved: unresolvedAdvice(service, region, endpoint),
      ...limits,
    }),
    sha256: sha256With(crypto),
    streamCollector: async (body: Uint8Array) => body,
    // One attempt as far as the SDK knows: the request handler tries again, within the deadline.
    retryStrategy: { mode: "standard", retry: async (next, args) => next(args) } satisfies SingleAttempt,
    maxAttempts: 1,
    retryMode: "standard",
    defaultsMode: "standard" as const,
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
    defaultUserAgentProvider: async () => USER_AGENT,
  };
}

const USER_AGENT: [string, string][] = [["ecr-credential-provider", VERSION]];

interface SingleAttempt {
  readonly mode: string;
  retry<Args, Result>(next: (args: Args) => Promise<Result>, args: Args): Promise<Result>;
}

function revealed({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) {
  return {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  };
}

/**
 * Lets a client prepare its requests before it is known who signs them. The SDK asks for the identity twice: when it
 * chooses an authentication scheme, where SigV4 makes no use of the answer, and when it signs. The first question is
 * answered with nobody here, so that the second is the only one that waits.
 */
export function signLast({ httpAuthSchemes }: { readonly httpAuthSchemes: readonly HttpAuthScheme[] }): void {
  for (const scheme of httpAuthSchemes) scheme.identityProvider = () => async () => ({});
}
