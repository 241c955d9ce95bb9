import { json, type Received, type Reply } from "../core/exchange.ts";
import type { TlsService } from "../core/service.ts";
import { ADFS_HOST, type AzureCloud, CLOUDS, names } from "./clouds.ts";

/** Sign-in service in the Azure Stack Hub's metadata. */
export type StackLogin = "entra" | "adfs";

/**
 * Azure Resource Manager's list of a cloud's endpoints, which needs no token
 * (`GET /metadata/endpoints?api-version=2019-05-01`; sigs.k8s.io/cloud-provider-azure reads it for `resourceManagerEndpoint`).
 */
export function resourceManagerService(stackLogin: () => StackLogin): TlsService {
  const hosts = new Set(names().map((cloud) => CLOUDS[cloud].resourceManager));
  return {
    name: "azure.arm",
    about: "Azure Resource Manager",
    example: CLOUDS.stack.resourceManager,
    hosts: (host) => hosts.has(host),
    operation: ({ path }) => (path === "/metadata/endpoints" ? "Endpoints" : "Unknown"),
    handle: (request) => answer(request, stackLogin()),
  };
}

function answer(request: Received, stackLogin: StackLogin): Reply {
  if (request.path !== "/metadata/endpoints")
    return json(404, { error: { code: "ResourceNotFound", message: "The resource was not found." } });
  if (request.query.get("api-version") !== "2019-05-01")
    return json(400, {
      error: {
        code: "MissingApiVersionParameter",
        message: "The api-version query parameter (?api-version=) is required for all requests.",
      },
    });
  // The public clouds list each other; a Stack Hub lists only itself.
  const listed: readonly AzureCloud[] =
    request.host === CLOUDS.stack.resourceManager ? ["stack"] : names().filter((cloud) => cloud !== "stack");
  return json(
    200,
    listed.map((cloud) => endpointsOf(cloud, stackLogin)),
  );
}

function endpointsOf(cloud: AzureCloud, stackLogin: StackLogin): unknown {
  const { metadataName, resourceManager, login, registrySuffix } = CLOUDS[cloud];
  const loginEndpoint =
    cloud === "stack" && stackLogin === "adfs" ? `https://${ADFS_HOST}/adfs` : `https://${login[0]}`;
  return {
    name: metadataName,
    // A Stack Hub omits its own resource manager.
    ...(cloud === "stack" ? {} : { resourceManager: `https://${resourceManager}/` }),
    authentication: {
      loginEndpoint,
      audiences: [`https://${resourceManager}/`],
      tenant: cloud === "stack" && stackLogin === "adfs" ? "adfs" : "common",
      identityProvider: stackLogin === "adfs" && cloud === "stack" ? "ADFS" : "AAD",
    },
    suffixes: { acrLoginServer: registrySuffix, storage: `core.${resourceManager}` },
  };
}
