import {
  bodyStart,
  type Context,
  CredentialError,
  type Environment,
  excerpt,
  type Found,
  failureOf,
  parseJson,
  type Retry,
  receivedToken,
  retryAfterMs,
  type Secret,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";

const DEFAULT_ORIGIN = "http://169.254.169.254";
const ARM_ID = /^\/subscriptions\//i;

/**
 * The token endpoint of the Azure Arc agent, which sets these two variables for the machine
 * (https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
 */
function arcEndpoint(env: Environment): string | undefined {
  return env["IMDS_ENDPOINT"] ? env["IDENTITY_ENDPOINT"] || undefined : undefined;
}

/** A managed identity of this machine, and the audience of its token. */
export interface ManagedIdentityRequest {
  /** Client id, object id or ARM id of a user-assigned identity; undefined: the machine's own. */
  readonly id: string | undefined;
  /** The setting of the id, for advice: "userAssignedIdentityID in azure.json". */
  readonly setting: string;
  /** The audience of the token: a URI that Entra ID knows. */
  readonly resource: string;
  /** Advice if Entra ID does not know the audience; default the one for registries. */
  readonly unknownAudience?: string;
  /** The place where another identity can be configured, for advice: "azure.json". */
  readonly configuration: string;
  readonly context: Context;
}

/** Parameter of the token request that names a user-assigned identity. */
type Selector = "client_id" | "object_id" | "msi_res_id";

/**
 * A token of the virtual machine's managed identity, from its metadata service
 * (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token). It uses no library,
 * because it runs on every AKS node.
 * @throws {CredentialError}
 */
export async function managedIdentityToken(request: ManagedIdentityRequest): Promise<Found<Secret>> {
  const { id } = request;
  const arc = arcEndpoint(request.context.env);
  const ask = arc === undefined ? askImds : (await import("./arc.ts")).askArc;
  const selectors = selectorsOf(id);
  for (const [index, selector] of selectors.entries()) {
    const response = await ask(queryOf(selector, request), arc ?? imdsEndpoint(request), request);
    const document = parseJson(response.body);
    const token = response.status === 200 ? textAt(document, "access_token") : undefined;
    if (token !== undefined) {
      const clientId = textAt(document, "client_id");
      if (arc !== undefined) confirm(request, selector, document);
      return {
        identity: receivedToken(token, actionOf(request), "access_token"),
        principal: principalOf(id, clientId),
      };
    }
    const last = index === selectors.length - 1;
    if (last || !isNotFound(response)) throw await refused(response, request);
  }
  throw new Error("no parameter for the managed identity was left to try");
}

/** A GUID may be a client id or an object id: the client id, which is more common, is tried first. */
function selectorsOf(id: string | undefined): readonly (Selector | undefined)[] {
  if (id === undefined) return [undefined];
  return ARM_ID.test(id) ? ["msi_res_id"] : ["client_id", "object_id"];
}

function queryOf(selector: Selector | undefined, { id, resource }: ManagedIdentityRequest): URLSearchParams {
  const query = new URLSearchParams({ resource });
  if (selector !== undefined && id !== undefined) query.set(selector, id);
  return query;
}

/** `http://169.254.169.254`, or the address in the variable of Azure's own libraries. */
function imdsEndpoint({ context }: ManagedIdentityRequest): string {
  return (context.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] || DEFAULT_ORIGIN).replace(/\/+$/, "");
}

async function askImds(
  query: URLSearchParams,
  origin: string,
  { context, configuration }: ManagedIdentityRequest,
): Promise<TransportResponse> {
  try {
    return await context.http.metadata({
      service: "Azure Instance Metadata Service",
      operation: "token",
      method: "GET",
      url: `${origin}/metadata/identity/oauth2/token?api-version=2018-02-01&${query}`,
      headers: { metadata: "true" },
      alsoRetry: (response) => beingUpdated(response, context.clock.now()),
    });
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    const elsewhere = configuration.startsWith("--")
      ? `correct ${configuration}`
      : `set --node-identity, or configure another identity in ${configuration}`;
    throw error.with({
      advice: `if this is not an Azure virtual machine, ${elsewhere}; if it is, let it reach the metadata service`,
    });
  }
}

/** The Arc agent may ignore the id and return the machine's own identity, so the response must contain the requested one. */
function confirm({ id }: ManagedIdentityRequest, selector: Selector | undefined, document: unknown): void {
  if (selector === undefined || id === undefined) return;
  const returnedId = textAt(document, selector);
  if (returnedId?.toLowerCase() === id.toLowerCase()) return;
  throw new CredentialError({
    action: `asking the Azure Arc agent for a token of managed identity ${id}`,
    reason:
      returnedId === undefined
        ? "the response does not name the token's identity"
        : `the token is of ${returnedId}`,
    advice: "an Arc machine has only its own identity: remove the id and give that identity the role",
    failure: "misconfigured",
  });
}

/** As Microsoft documents for this endpoint, 404 and 410 (being updated) are retried, like 429 and 5xx. */
function beingUpdated({ status, headers }: TransportResponse, now: number): Retry | undefined {
  // Another cloud's metadata server has the same address, and its 404 is permanent.
  if (
    (status !== 404 && status !== 410) ||
    /^EC2ws/i.test(headers["server"] ?? "") ||
    headers["metadata-flavor"] !== undefined
  )
    return undefined;
  return { reason: `status ${status}`, afterMs: retryAfterMs(headers["retry-after"], now) };
}

/** IMDS responds 400 `invalid_request` "Identity not found" for an identity that this machine does not have. */
function isNotFound(response: TransportResponse): boolean {
  return (
    response.status === 400 &&
    /identity not found/i.test(textAt(parseJson(response.body), "error_description") ?? "")
  );
}

function actionOf({ id }: ManagedIdentityRequest): string {
  return `asking the metadata service for a token of ${id === undefined ? "this machine's managed identity" : `managed identity ${id}`}`;
}

async function refused(
  response: TransportResponse,
  request: ManagedIdentityRequest,
): Promise<CredentialError> {
  const document = parseJson(response.body);
  const error = textAt(document, "error");
  const description = textAt(document, "error_description");
  const said = error === undefined ? bodyStart(response) : [error, description].filter(Boolean).join(", ");
  const failure = failureOf(response.status);
  return new CredentialError({
    action: actionOf(request),
    reason: `status ${response.status} ${excerpt(said, 240)}`,
    advice: await adviceFor(response, said, request),
    ...(failure === undefined ? {} : { failure }),
  });
}

/** Advice by the message of IMDS, or of Entra ID behind it. */
async function adviceFor(
  { status, headers }: TransportResponse,
  said: string,
  { id, setting, configuration, unknownAudience }: ManagedIdentityRequest,
): Promise<string> {
  if (status === 200) return "check what responds as the metadata service";
  if (status === 429 || status >= 500 || status === 410)
    return "the metadata service is busy: the kubelet tries again";
  // Loaded on failure only.
  const [{ entraAdvice }, { adviceElsewhere }] = await Promise.all([
    import("./entra-advice.ts"),
    import("../elsewhere.ts"),
  ]);
  const elsewhere = adviceElsewhere(headers, "azure");
  if (elsewhere !== undefined) return elsewhere;
  const byCode = entraAdvice(said, unknownAudience === undefined ? {} : { unknownAudience });
  if (byCode !== undefined) return byCode;
  if (/identity not found/i.test(said)) {
    return id === undefined
      ? `give the virtual machine (scale set) a managed identity, or configure another identity in ${configuration}`
      : `assign this identity to the virtual machine (scale set), or correct ${setting}`;
  }
  if (/multiple user assigned identities/i.test(said)) return `set ${setting} to the id of one of them`;
  if (status === 403 || /bad_request_102|metadata header|x-forwarded-for/i.test(said)) {
    return "something blocks the way to the metadata service: a proxy, a network policy, AKS's IMDS restriction";
  }
  return id === undefined ? "check the managed identities of the machine" : `check ${setting}`;
}

function principalOf(id: string | undefined, clientId: string | undefined): string {
  const name = id === undefined ? "managed identity of this machine" : `managed identity ${id}`;
  return clientId === undefined || clientId === id ? name : `${name} (client id ${clientId})`;
}
