import { type Call, describePlugin, type Scenario } from "@imagecred/e2e";

const imds: Call = { service: "azure.imds", operation: "Token", kind: "metadata" };
const entra: Call = { service: "azure.entra", operation: "Token", kind: "cloud" };
const exchange: Call = { service: "azure.acr", operation: "Exchange", kind: "cloud" };

const scenario: Scenario = {
  plugin: "acr",
  executable: "acr-credential-provider",
  image: "myreg.azurecr.io/team/app",
  cases: [
    {
      what: "the machine's managed identity",
      setUp: async ({ azure }) => ({
        args: [await azure.azureJsonFile("managed-identity")],
        env: await azure.env("managed-identity"),
      }),
      calls: [imds, exchange],
      opensEarly: "azure.acr",
      cacheKeyType: "Registry",
      setLife: ({ azure }, refreshTokenSeconds) => {
        const { tenant } = azure.population().node;
        azure.addRegistry({ name: "myreg", tenant, repositories: ["team/app"], refreshTokenSeconds });
      },
    },
    {
      what: "the pod's application, by its token",
      setUp: async ({ azure }) => ({
        args: [await azure.azureJsonFile("managed-identity")],
        env: await azure.env("managed-identity"),
        request: {
          token: await azure.podToken(),
          annotations: { "kubernetes.azure.com/acr-client-id": azure.population().pod.clientId },
        },
      }),
      calls: [entra, exchange],
      opensEarly: "azure.acr",
      cacheKeyType: "Registry",
    },
    {
      what: "the node's application, by its secret (@azure/identity)",
      setUp: async ({ azure }) => ({ args: [await azure.azureJsonFile("client-secret")] }),
      calls: [entra, exchange],
      opensEarly: "azure.acr",
      cacheKeyType: "Registry",
    },
  ],
  foreignImages: [
    "evilazurecr.io/app",
    "myreg.azurecr.io.evil.test/app",
    "evil.test/myreg.azurecr.io",
    "my.reg.azurecr.io/app",
    "azurecr.io/app",
    "myreg.azurecr.cn/app",
    "myreg.azurecr.us/app",
    "myreg.azurecr.de/app",
    "myreg.evilazurecr.io/app",
    "myreg.azurecr.io.azurecr.io/app",
    "myreg.eastus.data.azurecr.io/app",
    "myreg.eastus.geo.azurecr.cn/app",
    "eastus.geo.azurecr.io/app",
    "docker.io/library/nginx",
    "mcr.microsoft.com/dotnet/sdk",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com/app",
  ],
  offCloud: {
    setUp: async ({ azure }) => ({ args: [await azure.azureJsonFile("managed-identity")] }),
    tried: /Azure Instance Metadata Service .*http:\/\/169\.254\.169\.254.*not an Azure virtual machine/,
  },
  network: {
    cloudHosts: ["myreg.azurecr.io"],
    metadataService: "azure.imds",
    setUp: async ({ azure }) => ({ args: [await azure.azureJsonFile("managed-identity")] }),
  },
};

describePlugin(scenario, import.meta.filename);
