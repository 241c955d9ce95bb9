/** The Azure clouds that the fakes provide, each with its own host names. */
export type AzureCloud = "public" | "china" | "usgov" | "stack";

export interface CloudNames {
  /** The value of `cloud` in azure.json. */
  readonly configName: string;
  /** Hosts of Microsoft Entra ID; the first is the documented one. */
  readonly login: readonly string[];
  /** Suffix of registry names. */
  readonly registrySuffix: string;
  /** Host of Azure Resource Manager. */
  readonly resourceManager: string;
  /** Its name in the list at `/metadata/endpoints`. */
  readonly metadataName: string;
  /** Issuer of access tokens (v1.0), before the tenant. */
  readonly issuer: string;
  /** Audience of federated tokens (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations). */
  readonly tokenExchange: string;
}

/**
 * Names of the national clouds: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
 * the cloud tables of sigs.k8s.io/cloud-provider-azure. The Azure Stack Hub is made up, with names of the form
 * that https://learn.microsoft.com/azure-stack/operator/azure-stack-integrate-endpoints documents.
 */
export const CLOUDS: Readonly<Record<AzureCloud, CloudNames>> = {
  public: {
    configName: "AzurePublicCloud",
    login: ["login.microsoftonline.com", "login.windows.net", "sts.windows.net"],
    registrySuffix: "azurecr.io",
    resourceManager: "management.azure.com",
    metadataName: "AzureCloud",
    issuer: "https://sts.windows.net/",
    tokenExchange: "api://AzureADTokenExchange",
  },
  china: {
    configName: "AzureChinaCloud",
    login: ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
    registrySuffix: "azurecr.cn",
    resourceManager: "management.chinacloudapi.cn",
    metadataName: "AzureChinaCloud",
    issuer: "https://sts.chinacloudapi.cn/",
    tokenExchange: "api://AzureADTokenExchangeChina",
  },
  usgov: {
    configName: "AzureUSGovernmentCloud",
    login: ["login.microsoftonline.us"],
    registrySuffix: "azurecr.us",
    resourceManager: "management.usgovcloudapi.net",
    metadataName: "AzureUSGovernment",
    issuer: "https://sts.windows.net/",
    tokenExchange: "api://AzureADTokenExchangeUSGov",
  },
  stack: {
    configName: "AzureStackCloud",
    login: ["login.redmond.stack.example.com"],
    registrySuffix: "azsacr.redmond.stack.example.com",
    resourceManager: "management.redmond.stack.example.com",
    metadataName: "AzureStackCloud",
    issuer: "https://login.redmond.stack.example.com/",
    tokenExchange: "api://AzureADTokenExchange",
  },
};

/** Sign-in host of the fake Azure Stack Hub with AD FS instead of Entra ID: tenant `adfs`. */
export const ADFS_HOST = "adfs.redmond.stack.example.com";

/** The audience of tokens for Azure Container Registry, in all clouds. */
export const REGISTRY_RESOURCE = "https://containerregistry.azure.net";

/** The cloud that a login host belongs to. */
export function cloudOfLogin(host: string): AzureCloud | undefined {
  if (host === ADFS_HOST) return "stack";
  return names().find((cloud) => CLOUDS[cloud].login.includes(host));
}

export function names(): readonly AzureCloud[] {
  return Object.keys(CLOUDS) as AzureCloud[];
}
