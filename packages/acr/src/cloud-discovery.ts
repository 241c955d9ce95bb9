import {
  type Context,
  CredentialError,
  parseJson,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { type CloudChoice, type CloudEndpoints, customCloud } from "./options/cloud-choice.ts";

type Discovery = Extract<CloudChoice, { kind: "discover" }>;

/**
 * Requests the list of clouds from Azure Resource Manager (`/metadata/endpoints?api-version=2019-05-01`, the version that
 * cloud-provider-azure uses), and returns the configured one.
 * @throws {CredentialError}
 * @throws {OptionsError} if its endpoints cannot be used
 */
export async function discoverCloud(
  { endpoint, name, fallback }: Discovery,
  context: Context,
): Promise<AzureCloud> {
  const url = `${endpoint.replace(/\/+$/, "")}/metadata/endpoints?api-version=2019-05-01`;
  const action = `asking Azure Resource Manager for the endpoints of ${name ?? "the cloud"} (${url})`;
  const response = await context.http.cloud({
    service: "Azure Resource Manager",
    operation: "metadata/endpoints",
    method: "GET",
    url,
  });
  const list = listOf(response, action);
  const lowerName = name?.toLowerCase();
  const found =
    list.find((each) => each.name.toLowerCase() === lowerName) ??
    // A Stack Hub's list has only itself, with a name that its operator chose.
    (list.length === 1 && (lowerName === undefined || lowerName === "azurestackcloud") ? list[0] : undefined);
  if (found !== undefined) return customCloud(found, `the response of ${url}`);
  if (fallback !== undefined) {
    context.log.warn(`${url} does not list ${name}; using the endpoints of ${fallback.name}`);
    return fallback;
  }
  throw new CredentialError({
    action,
    reason: `the list has ${list.map((each) => each.name).join(", ") || "no cloud"}`,
    advice: "set cloud in azure.json to one of the list, or correct resourceManagerEndpoint",
  });
}

function listOf(response: TransportResponse, action: string): readonly CloudEndpoints[] {
  const document = parseJson(response.body);
  if (response.status === 200 && Array.isArray(document)) return document.map(endpointsOf);
  throw new CredentialError({
    action,
    reason: `status ${response.status}${response.status === 200 ? " without a list of clouds" : ""}`,
    advice: "check resourceManagerEndpoint in azure.json",
  });
}

function endpointsOf(entry: unknown): CloudEndpoints {
  return {
    name: textAt(entry, "name") ?? "",
    loginEndpoint: textAt(entry, "authentication", "loginEndpoint"),
    registrySuffix: textAt(entry, "suffixes", "acrLoginServer"),
    storageSuffix: textAt(entry, "suffixes", "storage"),
  };
}
