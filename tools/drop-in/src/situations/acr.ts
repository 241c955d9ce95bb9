import type { AzureIdentity, Clouds } from "@imagecred/fake-clouds";
import { accepted } from "../registry.ts";
import type { Comparison, Situation, Start } from "../situation.ts";
import { ACR_TESTS } from "./vendor-tests.ts";

type Tenant = Parameters<Clouds["azure"]["azureJson"]>[1];

/** An azure.json that makes an identity, with more or other fields. */
const config =
  (identity: AzureIdentity, fields: Readonly<Record<string, unknown>> = {}, tenant?: Tenant) =>
  async ({ azure }: Clouds): Promise<Start> => ({
    args: [await azure.azureJsonFile(identity, fields, tenant)],
  });

/** The same, with flags before it. */
const flags =
  (...args: readonly string[]) =>
  async ({ azure }: Clouds): Promise<Start> => ({
    args: [...args, await azure.azureJsonFile("managed-identity")],
  });

/** An azure.json as a function writes it from what AKS writes. */
const text =
  (write: (json: string) => string) =>
  async ({ azure, core }: Clouds): Promise<Start> => {
    const json = JSON.stringify(await azure.azureJson("managed-identity"), null, 2);
    return { args: [await core.writeFile("odd-azure.json", write(json))] };
  };

/** A pod whose service account has these annotations, on a node with a managed identity. */
const pod =
  (annotations: (clouds: Clouds) => Readonly<Record<string, string>>) =>
  async (clouds: Clouds): Promise<Start> => ({
    request: { token: await clouds.azure.podToken(), annotations: annotations(clouds) },
  });

const answer =
  (
    service: string,
    operation: string,
    reply: { readonly status: number; readonly body: string },
    times?: number,
  ) =>
  async ({ faults }: Clouds): Promise<Start> => {
    const fault = {
      kind: "answer",
      reply: { headers: { "content-type": "application/json" }, ...reply },
    } as const;
    await faults.add({ service, operation, fault, ...(times === undefined ? {} : { times }) });
    return {};
  };

function host(name: string, differs?: string): Situation {
  return { name: `\`${name}\``, image: `${name}/app`, ...(differs === undefined ? {} : { differs }) };
}

const SECRET_AS_LOGIN = "A service principal's ID and secret are the response";
const NO_PODS = "1.32 ignores a pod's token";
const NOT_ACR = "An image that is not ACR's: success, without a credential.";

export const ACR: Comparison = {
  plugin: "acr",
  page: "migrate/acr-credential-provider.md",
  executable: "acr-credential-provider",
  image: "myreg.azurecr.io/app",
  names: {
    clouds: [
      "login.microsoftonline.com",
      "login.windows.net",
      "login.chinacloudapi.cn",
      "login.partner.microsoftonline.cn",
      "login.microsoftonline.us",
      "login.redmond.stack.example.com",
      "management.azure.com",
      "management.chinacloudapi.cn",
      "management.usgovcloudapi.net",
      "management.redmond.stack.example.com",
      "myreg.azurecr.io",
      "myreg.eastus.geo.azurecr.io",
      "myreg-h4x0r2d2c3p0bb88.azurecr.io",
      "partnerreg.azurecr.io",
      "openreg.azurecr.io",
      "myreg.azurecr.cn",
      "myreg.azurecr.us",
      "myreg.azsacr.redmond.stack.example.com",
    ],
    metadata: [],
  },
  metadata: { service: "azure.imds" },
  usual: config("managed-identity"),
  restore: ({ azure }) => {
    azure.machine.identities = azure.population().machine;
    azure.expiresIn = 3599;
  },
  holder: async (clouds, source, login) => {
    const app = await clouds.azure.holderOf(source.split("/", 1)[0] ?? "", login);
    return app !== undefined && (await accepted(clouds, source, login)) ? app.name : undefined;
  },
  groups: [
    {
      title: "The node's identity",
      situations: [
        { name: "the machine's system-assigned identity" },
        {
          name: "`userAssignedIdentityID` with a client ID",
          arrange: config("user-assigned-client-id"),
        },
        { name: "`userAssignedIdentityID` with a resource ID", arrange: config("user-assigned-resource-id") },
        {
          name: "`userAssignedIdentityID` with an object ID",
          arrange: config("user-assigned-object-id"),
          differs: "`userAssignedIdentityID` with an object ID",
        },
        {
          name: "`userAssignedIdentityID` of an identity that the machine does not have",
          arrange: config("managed-identity", {
            userAssignedIdentityID: "00000000-0000-4000-8000-000000000009",
          }),
        },
        {
          name: "one user-assigned identity, and azure.json names no identity",
          arrange: ({ azure }) => {
            azure.machine.identities = azure.population().machine.slice(1, 2);
            return {};
          },
        },
        {
          name: "several user-assigned identities, and azure.json names no identity",
          arrange: ({ azure }) => {
            azure.machine.identities = azure.population().machine.slice(1);
            return {};
          },
        },
        {
          name: "the machine has no identity",
          arrange: ({ azure }) => {
            azure.machine.identities = [];
            return {};
          },
        },
        { name: "a service principal with a secret", arrange: config("client-secret") },
        {
          name: "a service principal with a wrong secret",
          arrange: config("client-secret", { aadClientSecret: "wrong" }),
          differs: SECRET_AS_LOGIN,
        },
        {
          name: "a multitenant application and a registry of another tenant",
          image: "partnerreg.azurecr.io/app",
          differs: "A multitenant application pulls from another tenant's registry",
          arrange: async (clouds) => {
            const { node, nodeSecret } = clouds.azure.population("partner");
            return await config("client-secret", {
              aadClientId: node.clientId,
              aadClientSecret: nodeSecret,
            })(clouds);
          },
        },
        {
          name: "a service principal, and azure.json without `tenantId`",
          arrange: config("client-secret", { tenantId: undefined }),
          differs: "A multitenant application pulls from another tenant's registry",
        },
        {
          name: "`aadClientCertPath`",
          arrange: config("client-certificate"),
          differs: "`aadClientCertPath`, `aadFederatedTokenFile`",
        },
        {
          name: "`aadFederatedTokenFile`",
          arrange: config("federated-token-file"),
          differs: "`aadClientCertPath`, `aadFederatedTokenFile`",
        },
        {
          name: "azure.json names no identity",
          arrange: config("none"),
          differs: "An azure.json that is empty, or names no identity",
        },
        {
          name: "a managed identity, and azure.json without `tenantId`",
          arrange: config("managed-identity", { tenantId: undefined }),
          differs: "Both annotations of a pod are required",
        },
        {
          name: "a managed identity of one tenant and a registry of another tenant",
          image: "partnerreg.azurecr.io/app",
        },
        {
          name: "an identity without a role on the registry",
          image: "openreg.azurecr.io/app",
        },
      ],
    },
    {
      title: "azure.json",
      situations: [
        { name: "the file does not exist", arrange: () => ({ args: ["/nonexistent/azure.json"] }) },
        {
          name: "the command line does not name it",
          arrange: () => ({ args: [] }),
          differs: "The command line must name azure.json.",
        },
        {
          name: "the file is empty",
          arrange: text(() => ""),
          differs: "An azure.json that is empty, or names no identity",
        },
        {
          name: "`{}`",
          arrange: text(() => "{}"),
          differs: "An azure.json that is empty, or names no identity",
        },
        { name: "the file is truncated", arrange: text((json) => json.slice(0, -20)) },
        { name: "an extra comma", arrange: text((json) => json.replace(/\n}$/, ",\n}")) },
        { name: "a byte order mark", arrange: text((json) => `\ufeff${json}`) },
        { name: "comments", arrange: text((json) => `# written by hand\n${json}`) },
        {
          name: "YAML",
          arrange: text((json) =>
            Object.entries(JSON.parse(json) as object)
              .map(([key, value]) => `${key}: ${value}\n`)
              .join(""),
          ),
        },
        {
          name: "keys in lower case",
          arrange: text((json) => json.replace(/"\w+":/g, (key) => key.toLowerCase())),
        },
        {
          name: '`"useManagedIdentityExtension": "true"`, text instead of a boolean',
          arrange: config("managed-identity", { useManagedIdentityExtension: "true" }),
          differs: "A boolean of azure.json that is text",
        },
        {
          name: "the same field twice",
          arrange: text((json) => json.replace("{", '{ "useManagedIdentityExtension": false,')),
        },
        {
          name: '`"userAssignedIdentityID": ""`',
          arrange: config("managed-identity", { userAssignedIdentityID: "" }),
        },
        {
          name: '`"userAssignedIdentityID": null`',
          arrange: config("managed-identity", { userAssignedIdentityID: null }),
        },
        {
          name: '`"vmType": 5`, a number where the cloud provider expects text',
          arrange: config("managed-identity", { vmType: 5 }),
        },
        {
          name: '`"loadBalancerSku": ["standard"]`, a list where the cloud provider expects text',
          arrange: config("managed-identity", { loadBalancerSku: ["standard"] }),
        },
        { name: '`"tenantId": 5`', arrange: config("managed-identity", { tenantId: 5 }) },
        { name: '`"cloud": ""`', arrange: config("managed-identity", { cloud: "" }) },
        {
          name: '`"cloud": "azurepubliccloud"`',
          arrange: config("managed-identity", { cloud: "azurepubliccloud" }),
        },
        {
          name: '`"cloud": "AzureCloud"`, the name that the Azure CLI uses',
          arrange: config("managed-identity", { cloud: "AzureCloud" }),
        },
        {
          name: '`"cloud": "AzurePublicClout"`',
          arrange: config("managed-identity", { cloud: "AzurePublicClout" }),
          differs: "`cloud` with an unknown name",
        },
        {
          name: "`resourceManagerEndpoint` of the public cloud",
          arrange: config("managed-identity", { resourceManagerEndpoint: "https://management.azure.com/" }),
        },
      ],
    },
    {
      title: "Clouds",
      situations: [
        cloud("AzureChinaCloud", "myreg.azurecr.cn", "china"),
        cloud("AzureUSGovernmentCloud", "myreg.azurecr.us", "usgov"),
        cloud(
          "`AzureStackCloud` by `resourceManagerEndpoint`",
          "myreg.azsacr.redmond.stack.example.com",
          "stack",
        ),
        {
          name: "`AzureStackCloud` by `AZURE_ENVIRONMENT_FILEPATH`",
          image: "myreg.azsacr.redmond.stack.example.com/app",
          arrange: async (clouds) => ({
            ...(await stack(clouds)),
            env: { AZURE_ENVIRONMENT_FILEPATH: await stackFile(clouds, "azsacr.redmond.stack.example.com") },
          }),
        },
        {
          name: "`AZURE_ENVIRONMENT_FILEPATH` with an empty `containerRegistryDNSSuffix`, and an image of the public cloud",
          arrange: async (clouds) => ({
            ...(await config("managed-identity", { cloud: "AzureStackCloud" })(clouds)),
            env: {
              AZURE_ENVIRONMENT_FILEPATH: await stackFile(clouds, "", "https://login.microsoftonline.com/"),
            },
          }),
        },
      ],
    },
    {
      title: "Pods",
      situations: [
        {
          name: "both annotations",
          arrange: pod(({ azure }) => ({
            "kubernetes.azure.com/acr-client-id": azure.population().pod.clientId,
            "kubernetes.azure.com/acr-tenant-id": azure.tenantId,
          })),
          differs: NO_PODS,
        },
        {
          name: "only the client ID",
          arrange: pod(({ azure }) => ({
            "kubernetes.azure.com/acr-client-id": azure.population().pod.clientId,
          })),
          differs: NO_PODS,
        },
        { name: "no annotation", arrange: pod(() => ({})), differs: NO_PODS },
        {
          name: "no annotation, and a mirrored image",
          image: "mcr.microsoft.com/oss/kubernetes/azure-cni",
          registry: "myreg.azurecr.io/app",
          arrange: async (clouds) => ({
            ...(await flags("--registry-mirror=mcr.microsoft.com:myreg.azurecr.io")(clouds)),
            ...(await pod(() => ({}))(clouds)),
          }),
        },
      ],
    },
    {
      title: "Images",
      situations: [
        { name: "with a tag", image: "myreg.azurecr.io/app:v1.2" },
        { name: "with a digest", image: `myreg.azurecr.io/app@sha256:${"0".repeat(64)}` },
        { name: "with a port", image: "myreg.azurecr.io:443/app", differs: "A port in the image name" },
        { name: "the registry in upper case", image: "MyReg.azurecr.io/app" },
        host("myreg.eastus.geo.azurecr.io"),
        host("myreg-h4x0r2d2c3p0bb88.azurecr.io"),
        host("docker.io/library", NOT_ACR),
        // The vendor's own tests have these forms (pkg/credentialprovider/azure_credentials_test.go).
        host("azurecr.io"),
        host("myreg.azurecr.io.example", NOT_ACR),
        host("docker/myreg.azurecr.io"),
        host("myreg.azurecr.us"),
        host("myreg.azurecr.us/myreg.azurecr.io"),
        host("myreg.azurecr.de"),
        host("evil.test/myreg.azurecr.io"),
        {
          name: "`myreg.azurecr.io` without a repository",
          image: "myreg.azurecr.io",
          differs: NOT_ACR,
        },
      ],
    },
    {
      title: "Mirrors",
      situations: [
        mirror("mcr.microsoft.com:myreg.azurecr.io"),
        mirror("mcr.microsoft.com:myreg.azurecr.io,docker.io:myreg.azurecr.io"),
        mirror(" mcr.microsoft.com : myreg.azurecr.io "),
        mirror("mcr.microsoft.com/oss:myreg.azurecr.io"),
        {
          ...mirror("mcr.microsoft.com:5000:myreg.azurecr.io", "mcr.microsoft.com:5000/oss/app"),
          differs: "`--registry-mirror` compares the beginning",
        },
        mirror("mcr.microsoft.com:myreg.azurecr.io/"),
        {
          name: "a mirror that ends with a slash, and an image of another registry",
          arrange: flags("--registry-mirror=mcr.microsoft.com:other.azurecr.io/"),
        },
        {
          name: "a malformed pair, and an image of another registry",
          arrange: flags("--registry-mirror=a:b:c:d"),
        },
        {
          name: "`-r`",
          image: "mcr.microsoft.com/oss/app",
          registry: "myreg.azurecr.io/app",
          arrange: flags("-r", "mcr.microsoft.com:myreg.azurecr.io"),
        },
        {
          name: "`--registry-mirror=`",
          arrange: flags("--registry-mirror="),
        },
        {
          ...mirror("mcr.microsoft.com:myreg.azurecr.io", "mcr.microsoft.com.evil.test/app"),
          name: "an image whose host only begins with the mirror's host",
          differs: "`--registry-mirror` compares the beginning",
        },
      ],
    },
    {
      title: "Command line and request",
      situations: [
        { name: "`--v=3`", arrange: flags("--v=3") },
        { name: "an unknown flag", arrange: flags("--nonsense") },
        {
          name: "a request of `v1beta1`",
          arrange: () => ({ request: { apiVersion: "v1beta1" } }),
          differs: "Requests of `v1beta1` and `v1alpha1`",
        },
        { name: "a request without an image", image: "" },
        { name: "a request that is not JSON", arrange: () => ({ stdin: "hello\n" }) },
      ],
    },
    {
      title: "Network and failures",
      situations: [
        { name: "`HTTPS_PROXY`", arrange: ({ core }) => ({ env: { HTTPS_PROXY: core.proxy.url } }) },
        {
          name: "`HTTPS_PROXY` where nothing listens",
          arrange: () => ({ env: { HTTPS_PROXY: "http://127.0.0.1:9" } }),
        },
        {
          name: "`HTTPS_PROXY` where nothing listens, and `NO_PROXY=azurecr.io`",
          arrange: () => ({ env: { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "azurecr.io" } }),
        },
        {
          name: "`HTTP_PROXY`",
          arrange: ({ core }) => ({ env: { HTTP_PROXY: core.proxy.url } }),
          differs: "Metadata requests go through `HTTP_PROXY`",
        },
        {
          name: "IMDS returns 500 once",
          arrange: answer("azure.imds", "Token", { status: 500, body: "{}" }, 1),
        },
        {
          name: "the registry returns 503 once",
          arrange: answer("azure.acr", "Exchange", { status: 503, body: "{}" }, 1),
          differs: "IMDS that returns 500 twice",
        },
        {
          name: "the registry returns 500",
          arrange: answer("azure.acr", "Exchange", { status: 500, body: "{}" }),
        },
        {
          name: "the registry's response has no token",
          arrange: answer("azure.acr", "Exchange", { status: 200, body: "{}" }),
          differs: "A 200 without a token",
        },
        {
          name: "the registry's certificate is for another name",
          arrange: async ({ faults }) => {
            await faults.add({ service: "azure.acr", fault: { kind: "certificate", problem: "wrong-host" } });
            return {};
          },
        },
      ],
    },
    ACR_TESTS,
  ],
};

function cloud(name: string, registry: string, tenant: NonNullable<Tenant>): Situation {
  return {
    name: name.includes("`") ? name : `\`${name}\``,
    image: `${registry}/app`,
    arrange: async (clouds) => {
      clouds.azure.machine.identities = clouds.azure.population(tenant).machine;
      return await config("managed-identity", {}, tenant)(clouds);
    },
  };
}

/** An azure.json of the Stack Hub that names no resource manager. */
async function stack(clouds: Clouds): Promise<Start> {
  clouds.azure.machine.identities = clouds.azure.population("stack").machine;
  return await config("managed-identity", { resourceManagerEndpoint: undefined }, "stack")(clouds);
}

/** The file that describes a Stack Hub to the Azure SDKs, as aks-engine writes it. */
function stackFile(
  { core }: Clouds,
  containerRegistryDNSSuffix: string,
  activeDirectoryEndpoint = "https://login.redmond.stack.example.com/",
): Promise<string> {
  const environment = {
    name: "AzureStackCloud",
    activeDirectoryEndpoint,
    resourceManagerEndpoint: "https://management.redmond.stack.example.com/",
    storageEndpointSuffix: "redmond.stack.example.com",
    containerRegistryDNSSuffix,
  };
  return core.writeFile("azurestackcloud.json", JSON.stringify(environment));
}

function mirror(pairs: string, image = "mcr.microsoft.com/oss/app"): Situation {
  return {
    name: `\`--registry-mirror="${pairs}"\``,
    image,
    registry: "myreg.azurecr.io/app",
    arrange: flags(`--registry-mirror=${pairs}`),
  };
}
