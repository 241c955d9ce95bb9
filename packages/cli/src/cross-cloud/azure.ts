/** Azure's side: applications that trust identities of other clouds and may pull, and those that are only an audience. */
import { jsonFile, labelOf, quoted, resource } from "./text.ts";
import type { Values } from "./values.ts";

/** Host of a registry. @param id its resource ID */
export function registryHost(id: string, { azure: { suffix } }: Values): string {
  return `${id.slice(id.lastIndexOf("/") + 1).toLowerCase()}.${suffix}`;
}

/** The fields of a federated credential. */
interface FederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** `federated-credential.json` */
export function federatedCredentialFile({ name, issuer, subject, audience }: FederatedCredential): string {
  return jsonFile({ name, issuer, subject, audiences: [audience] });
}

const ROLE = "AcrPull";

/** Command that gives an application permission to pull. */
export function roleCommand(application: string, registry: string): string {
  return `az role assignment create --assignee ${application} --role ${ROLE} --scope ${registry}`;
}

/** Commands that create an application that trusts an identity of another cloud, and may pull. */
export function pullApplicationCommands(name: string, values: Values): readonly string[] {
  const id = values.of("azure-application");
  return [
    `az ad app create --display-name ${name}`,
    `az ad sp create --id ${id}`,
    `az ad app federated-credential create --id ${id} --parameters federated-credential.json`,
    roleCommand(id, values.of("azure-registry")),
  ];
}

/** The same in Terraform. */
export function pullApplicationResources(
  name: string,
  credential: FederatedCredential,
  registry: string,
): readonly string[] {
  const label = labelOf(name);
  return [
    applicationResource(name, "AzureADMyOrg"),
    servicePrincipalResource(label),
    credentialResource(label, label, credential),
    roleResource(label, registry),
  ];
}

export function applicationResource(name: string, audience?: "AzureADMyOrg" | "AzureADMultipleOrgs"): string {
  return resource("azuread_application", labelOf(name), [
    ["display_name", quoted(name)],
    ...(audience === undefined ? [] : [["sign_in_audience", quoted(audience)] as const]),
  ]);
}

export function servicePrincipalResource(label: string, provider?: string): string {
  return resource("azuread_service_principal", label, [
    ...(provider === undefined ? [] : [["provider", provider] as const]),
    ["client_id", `azuread_application.${label}.client_id`],
  ]);
}

export function credentialResource(
  application: string,
  label: string,
  { name, issuer, subject, audience }: FederatedCredential,
): string {
  return resource("azuread_application_federated_identity_credential", label, [
    ["application_id", `azuread_application.${application}.id`],
    ["display_name", quoted(name)],
    ["issuer", quoted(issuer)],
    ["subject", quoted(subject)],
    ["audiences", `[${quoted(audience)}]`],
  ]);
}

export function roleResource(label: string, registry: string, provider?: string): string {
  return resource("azurerm_role_assignment", label, [
    ...(provider === undefined ? [] : [["provider", provider] as const]),
    ["scope", quoted(registry)],
    ["role_definition_name", quoted(ROLE)],
    ["principal_id", `azuread_service_principal.${label}.object_id`],
  ]);
}

/** Command that prints the object ID of the nodes' managed identity. */
export function showIdentityCommand(values: Values): string {
  return `az identity show --resource-group ${values.of("identity-group")} --name ${values.of("identity-name")} --query principalId`;
}

/** Commands that create an application that is only the audience of managed identities' tokens for another cloud. */
export function audienceCommands(name: string, id: string, values: Values, arc: boolean): readonly string[] {
  return [
    `az ad app create --display-name ${name}`,
    `az ad app update --id ${id} --identifier-uris api://${name}`,
    `az ad sp create --id ${id}`,
    ...(arc ? [] : [showIdentityCommand(values)]),
  ];
}

/** The same in Terraform. */
export function audienceResources(name: string): readonly string[] {
  return [
    resource("azuread_application", "audience", [
      ["display_name", quoted(name)],
      ["identifier_uris", `[${quoted(`api://${name}`)}]`],
    ]),
    servicePrincipalResource("audience"),
  ];
}

/** Issuer of the tokens that the tenant's managed identities get for such an application. */
export function identityIssuer(values: Values): string {
  return `${values.azure.issuer}${values.of("azure-tenant")}/`;
}
