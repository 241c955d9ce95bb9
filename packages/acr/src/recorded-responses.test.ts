import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { CredentialError } from "@imagecred/protocol";
import { ManualClock } from "@imagecred/protocol/testing";
import { acr } from "./provider.ts";

/**
 * Responses of Azure's live services that people reported on GitHub: their status and body, with other IDs. Each is sent
 * to the plugin instead of the fake service's response.
 */
interface Recorded {
  /** Repository and number of the issue or pull request. */
  readonly source: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** The message from the status on. */
  readonly message: RegExp;
  /** Number of requests to the service. */
  readonly requests: number;
}

const CLIENT_ID = "20000000-ffff-4fff-8fff-000000000009";
const TRACE = "f0000000-aaaa-4aaa-8aaa-000000000001";

/** Entra ID's error format, including line breaks. */
const entra = (error: string, said: string, ...codes: number[]) =>
  JSON.stringify({
    error,
    error_description: `${said}\r\nTrace ID: ${TRACE}\r\nCorrelation ID: ${TRACE}\r\nTimestamp: 2024-04-24 17:54:15Z`,
    error_codes: codes,
    timestamp: "2024-04-24 17:54:15Z",
    trace_id: TRACE,
    correlation_id: TRACE,
    error_uri: `https://login.microsoftonline.com/error?code=${codes[0]}`,
  });

const METADATA_SERVICE: Readonly<Record<string, Recorded>> = {
  "a machine without an identity": {
    source: "MicrosoftDocs/azure-docs#21322",
    status: 400,
    body: '{"error":"invalid_request","error_description":"Identity not found"}',
    message:
      /status 400 invalid_request, Identity not found; give the virtual machine \(scale set\) a managed identity/,
    requests: 1,
  },
  "several identities": {
    source: "Hexadite/acs-keyvault-agent#43",
    status: 400,
    headers: { server: "IMDS/150.870.65.512" },
    body: '{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"}',
    message:
      /Multiple user assigned identities exist, .*; set userAssignedIdentityID .* to the id of one of them/,
    requests: 1,
  },
  throttling: {
    source: "hashicorp/terraform-provider-azurerm#20901",
    status: 429,
    body: '{"error":"invalid_request","error_description":"Temporarily throttled, too many requests"}',
    message: /status 429 invalid_request, Temporarily throttled, .*; the metadata service is busy/,
    requests: 4,
  },
  "a service update": {
    source: "AzureAD/microsoft-authentication-library-for-dotnet#4998",
    status: 410,
    body: "",
    message: /status 410 .*; the metadata service is busy/,
    requests: 4,
  },
  "through AAD Pod Identity, which has no identity for the pod": {
    source: "Azure/aad-pod-identity#1074",
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: "no azure identity found for request clientID\n",
    message: /status 404 "no azure identity found for request clientID"; check the managed identities/,
    requests: 4,
  },
  "through AAD Pod Identity, which Azure refused": {
    source: "Azure/azure-sdk-for-net#19242",
    status: 403,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: "failed to refresh token, error: adal: Refresh request failed. Status Code = '400'. Response body: Bad Request",
    message: /status 403 "failed to refresh token.*; something blocks the way to the metadata service/,
    requests: 1,
  },
  "an audience that the tenant does not know": {
    source: "AzureAD/microsoft-authentication-library-for-dotnet#3979",
    status: 400,
    body: entra(
      "invalid_resource",
      "AADSTS500011: The resource principal named https://managements.azure.com was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
      500011,
    ),
    message:
      /status 400 invalid_resource, AADSTS500011: .*; this tenant or cloud does not know this audience for Azure Container Registry/,
    requests: 1,
  },
};

const ENTRA: Readonly<Record<string, Recorded>> = {
  "a secret's ID instead of the secret": {
    source: "Azure/AKS#3109",
    status: 401,
    body: entra(
      "invalid_client",
      `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${CLIENT_ID}'.`,
      7000215,
    ),
    message: new RegExp(
      `status 401 invalid_client, AADSTS7000215: .*'${CLIENT_ID}'\\. \\(trace id ${TRACE}\\); renew the client secret`,
    ),
    requests: 1,
  },
  "no federated credential, message of 2022": {
    source: "Azure/azure-workload-identity#340",
    status: 400,
    body: entra(
      "invalid_request",
      "AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: 'https://oidc.prod-aks.azure.com/x/'. Assertion Subject: 'system:serviceaccount:default:workload-identity-sa'. Assertion Audience: 'api://AzureADTokenExchange'.",
      70021,
    ),
    message:
      /status 400 invalid_request, AADSTS70021: .*; add to application \S+ a federated credential with issuer/,
    requests: 1,
  },
  "no federated credential, message of 2023": {
    source: "external-secrets/external-secrets#2783",
    status: 401,
    body: entra(
      "invalid_client",
      "AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: 'https://eastus.oic.prod-aks.azure.com/x/y/'. Assertion Subject: 'system:serviceaccount:external-secrets:external-secrets'. Assertion Audience: 'api://AzureADTokenExchange'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
      70021,
    ),
    message:
      /status 401 invalid_client, AADSTS70021: .*; add to application \S+ a federated credential with issuer/,
    requests: 1,
  },
  "no federated credential, current message": {
    source: "Azure/azure-workload-identity#1200",
    status: 401,
    body: entra(
      "invalid_client",
      "AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:xxx:yyy'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
      700213,
    ),
    message: /AADSTS700213: .*; add to application \S+ a federated credential with issuer/,
    requests: 1,
  },
  "a federated credential with different letter case": {
    source: "Azure/login#517",
    status: 401,
    body: entra(
      "invalid_client",
      "AADSTS7002138: No matching federated identity record found for presented assertion subject 'system:serviceaccount:Default:app'.",
      7002138,
    ),
    message: /AADSTS7002138: .*; .*letter case.*add to application \S+ a federated credential with issuer/,
    requests: 1,
  },
  "an issuer that Entra ID cannot reach": {
    source: "Azure/azure-workload-identity#642",
    status: 400,
    body: entra("invalid_request", "AADSTS50166: Request to External OIDC endpoint failed.", 50166),
    message: /status 400 invalid_request, AADSTS50166: .*; let Entra ID reach the token's issuer/,
    requests: 1,
  },
  "an issuer that Entra ID cannot reach, with another code": {
    source: "Azure/azure-workload-identity#605",
    status: 400,
    body: entra("invalid_request", "AADSTS90061: Request to External OIDC endpoint failed.", 90061),
    message: /status 400 invalid_request, AADSTS90061: .*; let Entra ID reach the token's issuer/,
    requests: 1,
  },
  "an audience that the tenant does not know": {
    source: "AzureAD/microsoft-identity-web#2796",
    status: 400,
    body: entra(
      "invalid_resource",
      "AADSTS500011: The resource principal named api://AzureADTokenExchange./default was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
      500011,
    ),
    message:
      /status 400 invalid_resource, AADSTS500011: .*; this tenant or cloud does not know this audience for Azure Container Registry/,
    requests: 1,
  },
  "too many identical requests": {
    source: "Azure/azure-sdk-for-net#23324",
    status: 400,
    body: entra(
      "invalid_grant",
      "AADSTS50196: The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
      50196,
    ),
    message: /AADSTS50196: .*; too many nodes or pods ask for the same token within minutes/,
    requests: 1,
  },
  "a temporary failure": {
    source: "Azure/azure-sdk-for-python#14241",
    status: 503,
    body: entra(
      "temporarily_unavailable",
      "AADSTS90033: A transient error has occurred. Please try again.",
      90033,
    ),
    message:
      /status 503 temporarily_unavailable, AADSTS90033: .*; Microsoft Entra ID is busy or failing: the kubelet tries again/,
    requests: 4,
  },
};

const REGISTRY: Readonly<Record<string, Recorded>> = {
  "the registry's firewall": {
    source: "docker/build-push-action#1214",
    status: 403,
    body: '{"errors":[{"code":"DENIED","message":"client with IP \\u0027172.214.169.102\\u0027 is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]}\n',
    message:
      /status 403 DENIED, client with IP '172\.214\.169\.102' is not allowed access\. .*; allow this network in the firewall or private endpoints/,
    requests: 1,
  },
  "a method that the exchange does not support": {
    source: "Azure/acr#166",
    status: 404,
    body: "404 page not found\n",
    message: /status 404 with "404 page not found"; check that the registry myreg\.azurecr\.io exists/,
    requests: 1,
  },
};

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;

for (const [title, service, operation, identity, table] of [
  ["the metadata service", "azure.imds", "Token", "managed-identity", METADATA_SERVICE],
  ["Entra ID", "azure.entra", "Token", "federated-token-file", ENTRA],
  ["Azure Container Registry", "azure.acr", "Exchange", "managed-identity", REGISTRY],
] as const) {
  describe(`recorded responses of ${title}`, () => {
    for (const [name, { source, status, headers = {}, body, message, requests }] of Object.entries(table)) {
      test(`${name} (${source})`, async () => {
        await clouds.faults.add({ service, fault: { kind: "answer", reply: { status, headers, body } } });
        const outcome = await askPlugin(acr, clouds, {
          args: [await azure.azureJsonFile(identity)],
          context: { clock: new ManualClock(Date.now()) },
        });
        assert.ok(outcome.error instanceof CredentialError, String(outcome.error));
        assert.match(outcome.message, message);
        const asked = outcome.calls.filter((call) => call.startsWith(`${service} ${operation}`));
        assert.equal(asked.length, requests, String(outcome.calls));
      });
    }
  });
}
