/** An Azure cloud: what registry credentials need. */
export interface AzureCloud {
  /** Its name in `cloud` of azure.json. */
  readonly name: string;
  /** Origin of Microsoft Entra ID (or AD FS), without a slash at the end. */
  readonly loginEndpoint: string;
  /** Suffix of the cloud's registry hosts, without a leading dot. */
  readonly registrySuffix: string;
  /** A second suffix: of the known cloud whose Entra ID a Stack Hub uses. */
  readonly sharedSuffix?: string;
  /** Host of the cloud's own Azure Resource Manager; undefined for a Stack Hub. */
  readonly resourceManager: string | undefined;
  /** True for a Stack Hub with AD FS, whose only tenant is `adfs`. */
  readonly adfs?: boolean;
}

/** A cloud with known endpoints. */
export interface KnownCloud extends AzureCloud {
  /** Default audience of federated credentials in this cloud. */
  readonly tokenAudience: string;
}

/** The public cloud. */
export const PUBLIC_CLOUD: KnownCloud = {
  name: "AzurePublicCloud",
  loginEndpoint: "https://login.microsoftonline.com",
  registrySuffix: "azurecr.io",
  resourceManager: "management.azure.com",
  tokenAudience: "api://AzureADTokenExchange",
};

/**
 * The clouds with known endpoints. Endpoints: `Environment` of sigs.k8s.io/cloud-provider-azure (pkg/azclient/cloud.go)
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

/** Other hosts of the known clouds' Entra ID, for AZURE_AUTHORITY_HOST. */
const LOGIN_ALIASES: ReadonlyMap<string, string> = new Map([
  ["login.windows.net", "AzurePublicCloud"],
  ["login.partner.microsoftonline.cn", "AzureChinaCloud"],
]);

/** The known cloud with this name or alias, in any letter case. */
export function knownCloud(name: string): KnownCloud | undefined {
  const lowerName = name.trim().toLowerCase();
  const canonical = (ALIASES.get(lowerName) ?? lowerName).toLowerCase();
  return KNOWN_CLOUDS.find((cloud) => cloud.name.toLowerCase() === canonical);
}

/** The known cloud of an Entra ID host. */
export function cloudOfLoginHost(host: string): KnownCloud | undefined {
  const alias = LOGIN_ALIASES.get(host.toLowerCase());
  return KNOWN_CLOUDS.find(
    (cloud) => cloud.name === alias || new URL(cloud.loginEndpoint).host === host.toLowerCase(),
  );
}

/** The default audience of federated credentials in a cloud; undefined for an unknown cloud. */
export function tokenAudienceOf({ loginEndpoint }: Pick<AzureCloud, "loginEndpoint">): string | undefined {
  return cloudOfLoginHost(new URL(loginEndpoint).host)?.tokenAudience;
}
