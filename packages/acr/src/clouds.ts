/** An Azure cloud, as far as registry credentials go. */
export interface AzureCloud {
  /** As `cloud` in azure.json names it. */
  readonly name: string;
  /** Origin of Microsoft Entra ID (or AD FS), without a slash at the end. */
  readonly loginEndpoint: string;
  /** What the cloud's registry hosts end with, without a leading dot. */
  readonly registrySuffix: string;
  /** A second suffix: that of the known cloud whose Entra ID a Stack Hub signs in with. */
  readonly sharedSuffix?: string;
  /** Host of the cloud's own Azure Resource Manager; undefined for a Stack Hub. */
  readonly resourceManager: string | undefined;
  /** True on a Stack Hub that signs in with AD FS: the one tenant there is called `adfs`. */
  readonly adfs?: boolean;
}

/** A cloud whose endpoints need not be looked up. */
export interface KnownCloud extends AzureCloud {
  /** Audience of the service account tokens that federated credentials of this cloud accept unless told otherwise. */
  readonly tokenAudience: string;
}

export const PUBLIC_CLOUD: KnownCloud = {
  name: "AzurePublicCloud",
  loginEndpoint: "https://login.microsoftonline.com",
  registrySuffix: "azurecr.io",
  resourceManager: "management.azure.com",
  tokenAudience: "api://AzureADTokenExchange",
};

/**
 * The clouds that need no discovery. Endpoints: `Environment` of sigs.k8s.io/cloud-provider-azure (pkg/azclient/cloud.go)
 * and https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud. Audiences:
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations.
 */
export const KNOWN_CLOUDS: readonly KnownCloud[] = [
  PUBLIC_CLOUD,
  {
    name: "AzureChinaCloud",
    loginEndpoint: "https://login.chinacloudapi.cn",
    registrySuffix: "azurecr.cn",
    resourceManager: "management.chinacloudapi.cn",
    tokenAudience: "api://AzureADTokenExchangeChina",
  },
  {
    name: "AzureUSGovernmentCloud",
    loginEndpoint: "https://login.microsoftonline.us",
    registrySuffix: "azurecr.us",
    resourceManager: "management.usgovcloudapi.net",
    tokenAudience: "api://AzureADTokenExchangeUSGov",
  },
];

/** Other names of the known clouds, in lower case: azure.json's, Azure Resource Manager's, the Azure CLI's. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["", "AzurePublicCloud"],
  ["azurecloud", "AzurePublicCloud"],
  ["azureusgovernment", "AzureUSGovernmentCloud"],
]);

/** Other hosts under which the known clouds' Entra ID answers, for AZURE_AUTHORITY_HOST. */
const LOGIN_ALIASES: ReadonlyMap<string, string> = new Map([
  ["login.windows.net", "AzurePublicCloud"],
  ["login.partner.microsoftonline.cn", "AzureChinaCloud"],
]);

/** A cloud that needs no discovery, by any of its names, in any case. */
export function knownCloud(name: string): KnownCloud | undefined {
  const wanted = name.trim().toLowerCase();
  const canonical = (ALIASES.get(wanted) ?? wanted).toLowerCase();
  return KNOWN_CLOUDS.find((cloud) => cloud.name.toLowerCase() === canonical);
}

/** The cloud whose Entra ID is at this host. */
export function cloudOfLoginHost(host: string): KnownCloud | undefined {
  const alias = LOGIN_ALIASES.get(host.toLowerCase());
  return KNOWN_CLOUDS.find(
    (cloud) => cloud.name === alias || new URL(cloud.loginEndpoint).host === host.toLowerCase(),
  );
}

/** The audience that federated credentials of a cloud have; undefined for a cloud that is not known to have one. */
export function tokenAudienceOf({ loginEndpoint }: Pick<AzureCloud, "loginEndpoint">): string | undefined {
  return cloudOfLoginHost(new URL(loginEndpoint).host)?.tokenAudience;
}
