import {
  type Context,
  CredentialError,
  type Environment,
  isToken,
  Secret,
  type TransportResponse,
} from "@imagecred/protocol";

interface AgentRequest {
  readonly context: Context;
}

/** The agent's key files are much smaller than this. */
const LARGEST_KEY_BYTES = 4096;

/**
 * Requests a token from the agent of an Azure Arc machine. Its first response names a key file that only privileged users
 * of this machine can read. The second request contains the key to prove that it is from such a user
 * (https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
 * @param endpoint IDENTITY_ENDPOINT
 * @throws {CredentialError}
 */
export async function askArc(
  query: URLSearchParams,
  endpoint: string,
  request: AgentRequest,
): Promise<TransportResponse> {
  const challenge = await send(query, endpoint, undefined, request);
  if (challenge.status !== 401) return challenge;
  const path = keyFileOf(challenge, request.context.env);
  const key = await request.context.files.readText(path, "key of the Azure Arc agent");
  const trimmed = key.trim();
  if (key.length > LARGEST_KEY_BYTES || !isToken(trimmed)) throw refusedKey(path, "it is not a key");
  return await send(query, endpoint, `Basic ${new Secret(trimmed).reveal()}`, request);
}

function send(
  query: URLSearchParams,
  endpoint: string,
  authorization: string | undefined,
  { context }: AgentRequest,
): Promise<TransportResponse> {
  return context.http.metadata({
    service: "the Azure Arc agent",
    operation: "token",
    method: "GET",
    url: `${endpoint}?api-version=2019-11-01&${query}`,
    headers: { metadata: "true", ...(authorization === undefined ? {} : { authorization }) },
  });
}

/** The challenge's key file. Only a `.key` file in the agent's own directory is accepted, so that no other file is sent. */
function keyFileOf({ headers }: TransportResponse, env: Environment): string {
  const realm = /^Basic realm="?([^"]+?)"?$/i.exec(headers["www-authenticate"]?.trim() ?? "")?.[1];
  const windows = env["ProgramData"];
  const directory =
    windows === undefined ? "/var/opt/azcmagent/tokens/" : `${windows}\\AzureConnectedMachineAgent\\Tokens\\`;
  if (realm === undefined) throw refusedKey("", "the agent's response names no key file");
  const name = realm.startsWith(directory) ? realm.slice(directory.length) : "";
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]*\.key$/.test(name)) return realm;
  throw refusedKey(realm, `it is not a .key file in ${directory}`);
}

function refusedKey(path: string, reason: string): CredentialError {
  return new CredentialError({
    action: `reading the key file of the Azure Arc agent${path === "" ? "" : ` ${JSON.stringify(path.slice(0, 120))}`}`,
    reason,
    advice: "check what responds at IDENTITY_ENDPOINT, and that the plugin may read the agent's key files",
  });
}
