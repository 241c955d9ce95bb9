/** Routes to Azure Container Registry for nodes in AWS, in Google Cloud, in another tenant, and with a certificate. */
import { policyOf, roleArn } from "./aws.ts";
import {
  applicationResource,
  credentialResource,
  federatedCredentialFile,
  pullApplicationCommands,
  pullApplicationResources,
  registryHost,
  roleCommand,
  roleResource,
  servicePrincipalResource,
  showIdentityCommand,
} from "./azure.ts";
import { describeAccountCommand } from "./google.ts";
import type { Route } from "./route.ts";
import { aligned, block, labelOf, quoted, resource, terraformFile } from "./text.ts";
import type { Values } from "./values.ts";

const fromAws: Route = {
  page: "ec2-to-azure",
  from: ["ec2"],
  to: "azure",
  title: "EC2 instances pull from Azure Container Registry",
  needs: [
    "azure-tenant",
    "azure-registry",
    "azure-application",
    "aws-account",
    "aws-node-role",
    "aws-issuer",
  ],
  bothSides(values) {
    const role = values.of("aws-node-role");
    const name = "ec2-pulls";
    const credential = {
      name: "ec2",
      issuer: values.of("aws-issuer"),
      subject: roleArn(role, values),
      audience: values.azure.audience,
    };
    const registry = values.of("azure-registry");
    return {
      steps: [
        {
          heading: "In AWS",
          commands: [
            "aws iam enable-outbound-web-identity-federation",
            `aws iam put-role-policy --role-name ${role} --policy-name tokens-for-azure --policy-document file://permissions.json`,
          ],
        },
        { heading: "In Azure", commands: pullApplicationCommands(name, values) },
      ],
      files: {
        "permissions.json": policyOf({
          Action: "sts:GetWebIdentityToken",
          Resource: "*",
          Condition: {
            "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": values.azure.audience },
            StringEquals: { "sts:SigningAlgorithm": "RS256" },
          },
        }),
        "federated-credential.json": federatedCredentialFile(credential),
      },
      terraform: terraformFile([
        block('resource "aws_iam_outbound_web_identity_federation" "this"', []),
        resource("aws_iam_role_policy", "node", [
          ["name", '"tokens-for-azure"'],
          ["role", quoted(role)],
          ["policy", 'file("permissions.json")'],
        ]),
        ...pullApplicationResources(name, credential, registry),
      ]),
      identity: applicationOf("aws", values),
      registry: registryHost(registry, values),
    };
  },
};

/** The map's entry for an application in the registry's tenant that trusts the node. */
function applicationOf(identity: string, values: Values) {
  return {
    tenantId: values.of("azure-tenant"),
    node: { identity, clientId: values.of("azure-application") },
  };
}

const fromGoogle: Route = {
  page: "gce-to-azure",
  from: ["gce"],
  to: "azure",
  title: "Compute Engine instances and GKE nodes pull from Azure Container Registry",
  needs: [
    "azure-tenant",
    "azure-registry",
    "azure-application",
    "google-project",
    "google-node-account",
    "google-node-account-id",
  ],
  bothSides(values) {
    const name = "gce-pulls";
    const credential = {
      name: "gce",
      issuer: "https://accounts.google.com",
      subject: values.of("google-node-account-id"),
      audience: values.azure.audience,
    };
    const registry = values.of("azure-registry");
    return {
      steps: [
        { heading: "In Google Cloud", commands: [describeAccountCommand(values)] },
        { heading: "In Azure", commands: pullApplicationCommands(name, values) },
      ],
      files: { "federated-credential.json": federatedCredentialFile(credential) },
      terraform: terraformFile(pullApplicationResources(name, credential, registry)),
      identity: applicationOf("google", values),
      registry: registryHost(registry, values),
    };
  },
};

const fromAnotherTenant: Route = {
  page: "azure-to-another-tenant",
  from: ["azure"],
  to: "azure",
  title: "Azure machines pull from a registry of another tenant",
  needs: [
    "azure-tenant",
    "partner-application",
    "identity-object-id",
    "identity-group",
    "identity-name",
    "identity-client-id",
    "partner-tenant",
    "partner-registry",
  ],
  bothSides(values) {
    const name = "partner-pulls";
    const label = labelOf(name);
    const [application, tenant, registry] = [
      values.of("partner-application"),
      values.of("partner-tenant"),
      values.of("partner-registry"),
    ];
    const credential = {
      name: values.of("identity-name"),
      issuer: `${values.azure.authority}/${values.of("azure-tenant")}/v2.0`,
      subject: values.of("identity-object-id"),
      audience: values.azure.audience,
    };
    return {
      steps: [
        {
          heading: "In the tenant of the nodes",
          commands: [
            `az ad app create --display-name ${name} --sign-in-audience AzureADMultipleOrgs`,
            `az ad app federated-credential create --id ${application} --parameters federated-credential.json`,
            showIdentityCommand(values),
          ],
        },
        {
          heading: "In the tenant of the registry",
          commands: [
            `az login --tenant ${tenant} --allow-no-subscriptions`,
            `az ad sp create --id ${application}`,
            roleCommand(application, registry),
          ],
        },
      ],
      files: { "federated-credential.json": federatedCredentialFile(credential) },
      terraform: terraformFile([
        `# In the tenant of the nodes.\n${applicationResource(name, "AzureADMultipleOrgs")}`,
        credentialResource(label, "nodes", credential),
        `# In the tenant of the registry.\n${block(
          'provider "azuread"',
          aligned([
            ["alias", '"partner"'],
            ["tenant_id", quoted(tenant)],
          ]),
        )}`,
        block('provider "azurerm"', [
          ...aligned([
            ["alias", '"partner"'],
            ["tenant_id", quoted(tenant)],
            ["subscription_id", quoted(registry.split("/")[2] ?? "")],
          ]),
          "features {}",
        ]),
        servicePrincipalResource(label, "azuread.partner"),
        roleResource(label, registry, "azurerm.partner"),
      ]),
      identity: {
        tenantId: tenant,
        node: {
          identity: "azure",
          managedIdentity: values.of("identity-client-id"),
          clientId: application,
        },
      },
      registry: registryHost(registry, values),
    };
  },
};

const fromCertificate: Route = {
  page: "certificate-to-azure",
  from: ["certificate"],
  to: "azure",
  title: "Machines with a certificate pull from Azure Container Registry",
  needs: ["azure-tenant", "azure-registry", "azure-application", "azure-certificate"],
  bothSides(values) {
    const name = "certificate-pulls";
    const label = labelOf(name);
    const id = values.of("azure-application");
    const registry = values.of("azure-registry");
    const { tenantId, node } = applicationOf("certificate", values);
    return {
      steps: [
        {
          heading: "In Azure",
          before: "image-pulls.crt is the nodes' certificate alone: the key stays on the nodes.",
          commands: [
            `az ad app create --display-name ${name}`,
            `az ad app credential reset --id ${id} --cert @image-pulls.crt --append`,
            `az ad sp create --id ${id}`,
            roleCommand(id, registry),
          ],
        },
      ],
      files: {},
      terraform: terraformFile([
        applicationResource(name),
        resource("azuread_application_certificate", label, [
          ["application_id", `azuread_application.${label}.id`],
          ["type", '"AsymmetricX509Cert"'],
          ["value", 'file("image-pulls.crt")'],
        ]),
        servicePrincipalResource(label),
        roleResource(label, registry),
      ]),
      identity: { tenantId, node: { ...node, certificate: values.of("azure-certificate") } },
      registry: registryHost(registry, values),
    };
  },
};

export const NODE_ROUTES_TO_AZURE: readonly Route[] = [
  fromAws,
  fromGoogle,
  fromAnotherTenant,
  fromCertificate,
];
