/** Routes for pods of any cluster, with the tokens of their service accounts. */
import {
  oidcProvider,
  oidcProviderArn,
  pullRoleCommands,
  pullRoleResources,
  registriesOf,
  roleArn,
  webIdentityTrust,
} from "./aws.ts";
import {
  federatedCredentialFile,
  pullApplicationCommands,
  pullApplicationResources,
  registryHost,
} from "./azure.ts";
import {
  poolCommands,
  poolResources,
  providerName,
  pullerOf,
  REPOSITORY_VALUES,
  repositoryHost,
} from "./google.ts";
import type { Route } from "./route.ts";
import { aligned, quoted, terraformFile } from "./text.ts";
import type { Values } from "./values.ts";

const AUDIENCE = "sts.amazonaws.com";
const ROLE = "image-pulls";

const toAws: Route = {
  page: "pods-to-aws",
  from: ["pods"],
  to: "aws",
  title: "Pods pull from Amazon ECR",
  needs: ["aws-account", "issuer", "namespace", "service-account"],
  bothSides(values) {
    const account = values.of("aws-account");
    const issuer = values.of("issuer");
    const name = issuer.slice("https://".length);
    const provider = oidcProvider("cluster", issuer, AUDIENCE);
    const role = roleArn(ROLE, values);
    return {
      steps: [{ heading: "In AWS", commands: [provider.command, ...pullRoleCommands(ROLE)] }],
      files: {
        "trust-policy.json": webIdentityTrust(oidcProviderArn(name, values), {
          StringEquals: { [`${name}:aud`]: AUDIENCE },
          StringLike: { [`${name}:sub`]: `system:serviceaccount:${values.of("namespace")}:*` },
        }),
      },
      terraform: terraformFile([provider.terraform, ...pullRoleResources(ROLE)]),
      annotations: { "eks.amazonaws.com/ecr-role-arn": role },
      identity: { podRoleArn: role },
      registry: registriesOf(account),
    };
  },
};

/** `sub` of the pods' tokens. */
function subjectOf(values: Values): string {
  return `system:serviceaccount:${values.of("namespace")}:${values.of("service-account")}`;
}

const toAzure: Route = {
  page: "pods-to-azure",
  from: ["pods"],
  to: "azure",
  title: "Pods pull from Azure Container Registry",
  needs: ["azure-tenant", "azure-registry", "azure-application", "issuer", "namespace", "service-account"],
  bothSides(values) {
    const credential = {
      name: "pods",
      issuer: values.of("issuer"),
      subject: subjectOf(values),
      audience: values.azure.audience,
    };
    const registry = values.of("azure-registry");
    const [application, tenant] = [values.of("azure-application"), values.of("azure-tenant")];
    return {
      steps: [{ heading: "In Azure", commands: pullApplicationCommands(ROLE, values) }],
      files: { "federated-credential.json": federatedCredentialFile(credential) },
      terraform: terraformFile(pullApplicationResources(ROLE, credential, registry)),
      annotations: {
        "kubernetes.azure.com/acr-client-id": application,
        "kubernetes.azure.com/acr-tenant-id": tenant,
      },
      identity: { tenantId: tenant, clientId: application },
      registry: registryHost(registry, values),
    };
  },
};

const toGoogle: Route = {
  page: "pods-to-google",
  from: ["pods"],
  to: "gcp",
  title: "Pods pull from Google Artifact Registry",
  needs: [...REPOSITORY_VALUES, "issuer", "namespace", "service-account"],
  bothSides(values) {
    const issuer = values.of("issuer");
    const condition = `assertion.sub.startsWith('system:serviceaccount:${values.of("namespace")}:')`;
    const provider = {
      name: "pods",
      kind: "oidc",
      options: [
        `--issuer-uri=${issuer}`,
        "--attribute-mapping=google.subject=assertion.sub",
        `--attribute-condition="${condition}"`,
      ],
      terraform: [
        ...aligned([
          ["attribute_mapping", '{ "google.subject" = "assertion.sub" }'],
          ["attribute_condition", quoted(condition)],
        ]),
        "",
        "oidc {",
        `  issuer_uri = ${quoted(issuer)}`,
        "}",
      ],
      principals: ["principal", `subject/${subjectOf(values)}`],
    } as const;
    return {
      steps: [{ heading: "In Google Cloud", commands: poolCommands(provider, values) }],
      files: {},
      terraform: terraformFile(poolResources(provider, values)),
      annotations: { "iam.gke.io/gcp-service-account": pullerOf(values) },
      identity: { workloadIdentityProvider: providerName("pods", values) },
      registry: repositoryHost(values),
    };
  },
};

export const POD_ROUTES: readonly Route[] = [toAws, toAzure, toGoogle];
