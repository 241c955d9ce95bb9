import {
  bodyStart,
  type Context,
  CredentialError,
  type Found,
  type Outcome,
  parseJson,
  type Retry,
  retryAfterMs,
  Secret,
  TransportError,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";
import type { ManagedIdentity } from "../options/node-identities.ts";
import { type EntraToken, REGISTRY_RESOURCE } from "./token.ts";

const DEFAULT_ORIGIN = "http://169.254.169.254";
const ARM_ID = /^\/subscriptions\//i;

/** Parameter of the token request that names a user-assigned identity. */
type Selector = "client_id" | "object_id" | "msi_res_id";

/**
 * A token of the virtual machine's managed identity, from its metadata service
 * (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token). One GET, written out:
 * this is what runs on every node of AKS.
 * @throws {CredentialError}
 */
export async function findManagedIdentity(
  { id }: ManagedIdentity,
  tenantId: string | undefined,
  context: Context,
): Promise<Found<EntraToken>> {
  const selectors = selectorsOf(id);
  for (const [index, selector] of selectors.entries()) {
    const response = await ask(selector, id, context);
    const document = parseJson(response.body);
    const token = response.status === 200 ? textAt(document, "access_token") : undefined;
    if (token !== undefined) {
      const clientId = textAt(document, "client_id");
      return { identity: { token: new Secret(token), tenantId }, principal: whoOf(id, clientId) };
    }
    const last = index === selectors.length - 1;
    if (last || !isNotFound(response)) throw refused(id, response);
  }
  throw new Error("no way to name a managed identity was left to try");
}

/** A GUID may be a client id or an object id, and nothing about it tells which: the client id is far more usual. */
function selectorsOf(id: string | undefined): readonly (Selector | undefined)[] {
  if (id === undefined) return [undefined];
  return ARM_ID.test(id) ? ["msi_res_id"] : ["client_id", "object_id"];
}

async function ask(
  selector: Selector | undefined,
  id: string | undefined,
  context: Context,
): Promise<TransportResponse> {
  const origin = (context.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] || DEFAULT_ORIGIN).replace(/\/+$/, "");
  const query = new URLSearchParams({ "api-version": "2018-02-01", resource: REGISTRY_RESOURCE });
  if (selector !== undefined && id !== undefined) query.set(selector, id);
  try {
    return await context.http.metadata({
      service: "Azure Instance Metadata Service",
      operation: "token",
      method: "GET",
      url: `${origin}/metadata/identity/oauth2/token?${query}`,
      headers: { metadata: "true" },
      again: (outcome) => again(outcome, context.clock.now()),
    });
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    const advice =
      "if this is not an Azure virtual machine, configure another identity in azure.json; if it is, let it reach the metadata service";
    throw error.with({ advice });
  }
}

/** Broken exchanges that a second try may not see again. */
const TRANSIENT = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"]);

/**
 * Microsoft's guidance for this endpoint: 404, 410 (being updated), 429 and 5xx are tried again. A connection that nobody
 * answers is not: off Azure, that is all that would ever happen.
 */
function again(outcome: Outcome<TransportResponse>, now: number): Retry | undefined {
  if (!outcome.ok) {
    const { error } = outcome;
    if (!(error instanceof TransportError) || !TRANSIENT.has(error.code)) return undefined;
    const nobodyThere = error.code === "ETIMEDOUT" && error.phase === "connect";
    return nobodyThere ? undefined : { because: `${error.phase} ${error.code}` };
  }
  const { status, headers } = outcome.value;
  if (status !== 404 && status !== 410 && status !== 429 && status < 500) return undefined;
  return { because: `status ${status}`, afterMs: retryAfterMs(headers["retry-after"], now) };
}

/** IMDS says 400 `invalid_request` "Identity not found" for an identity that this machine does not have. */
function isNotFound(response: TransportResponse): boolean {
  return (
    response.status === 400 &&
    /identity not found/i.test(textAt(parseJson(response.body), "error_description") ?? "")
  );
}

function refused(id: string | undefined, response: TransportResponse): CredentialError {
  const document = parseJson(response.body);
  const error = textAt(document, "error");
  const description = textAt(document, "error_description");
  const said =
    error === undefined
      ? bodyStart(response)
      : `${error}${description === undefined ? "" : `, ${description}`}`;
  return new CredentialError({
    action: `asking the metadata service for a token of ${id === undefined ? "this machine's managed identity" : `managed identity ${id}`}`,
    reason: `status ${response.status} ${said}`,
    advice: adviceFor(id, response),
  });
}

function adviceFor(id: string | undefined, response: TransportResponse): string {
  if (response.status === 200) return "check what answers as the metadata service";
  if (response.status === 429 || response.status >= 500 || response.status === 410)
    return "the metadata service is busy: the kubelet tries again by itself";
  if (!isNotFound(response)) return "check userAssignedIdentityID in azure.json";
  return id === undefined
    ? "give the virtual machine (scale set) a managed identity, or configure another identity in azure.json"
    : "assign this identity to the virtual machine (scale set), or correct userAssignedIdentityID in azure.json";
}

function whoOf(id: string | undefined, clientId: string | undefined): string {
  const named = id === undefined ? "managed identity of this machine" : `managed identity ${id}`;
  return clientId === undefined || clientId === id ? named : `${named} (client id ${clientId})`;
}
