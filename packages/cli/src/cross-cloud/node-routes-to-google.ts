/** Routes to Google Artifact Registry for nodes in AWS, in Azure, and with a certificate. */
import { audienceCommands, audienceResources, identityIssuer } from "./azure.ts";
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

/** The map's entry: the node's identity, the provider that accepts it, and the service account that it impersonates. */
function puller(node: Readonly<Record<string, string>>, provider: string, values: Values) {
  return {
    impersonateServiceAccount: pullerOf(values),
    node: { ...node, workloadIdentityProvider: providerName(provider, values) },
  };
}

const fromAws: Route = {
  page: "ec2-to-google",
  from: ["ec2"],
  to: "gcp",
  title: "EC2 instances pull from Google Artifact Registry",
  needs: [...REPOSITORY_VALUES, "aws-account", "aws-node-role"],
  bothSides(values) {
    const account = values.of("aws-account");
    // The ARN of a session without its name, which is the instance's ID.
    const role =
      "assertion.arn.extract('{account}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role}/')";
    const provider = {
      name: "ec2",
      kind: "aws",
      options: [
        `--account-id=${account}`,
        `--attribute-mapping="google.subject=assertion.arn,attribute.role=${role}"`,
      ],
      terraform: [
        "attribute_mapping = {",
        ...aligned([
          ['"google.subject"', '"assertion.arn"'],
          ['"attribute.role"', quoted(role)],
        ]).map((line) => `  ${line}`),
        "}",
        "",
        "aws {",
        `  account_id = ${quoted(account)}`,
        "}",
      ],
      principals: [
        "principalSet",
        `attribute.role/arn:aws:sts::${account}:assumed-role/${values.of("aws-node-role")}`,
      ],
    } as const;
    return {
      steps: [{ heading: "In Google Cloud", commands: poolCommands(provider, values) }],
      files: {},
      terraform: terraformFile(poolResources(provider, values)),
      identity: puller({ identity: "aws" }, provider.name, values),
      registry: repositoryHost(values),
    };
  },
};

const fromAzure: Route = {
  page: "azure-to-google",
  from: ["azure", "arc"],
  to: "gcp",
  title: "Azure machines pull from Google Artifact Registry",
  needs: [...REPOSITORY_VALUES, "azure-tenant", "google-audience-application", "identity-object-id"],
  needsOutsideArc: ["identity-group", "identity-name", "identity-client-id"],
  bothSides(values, from) {
    const arc = from === "arc";
    const name = "imagecred-google-nodes";
    const issuer = identityIssuer(values);
    const provider = {
      name: "azure",
      kind: "oidc",
      options: [
        `--issuer-uri=${issuer}`,
        `--allowed-audiences=api://${name}`,
        "--attribute-mapping=google.subject=assertion.sub",
      ],
      terraform: [
        'attribute_mapping = { "google.subject" = "assertion.sub" }',
        "",
        "oidc {",
        ...aligned([
          ["issuer_uri", quoted(issuer)],
          ["allowed_audiences", `[${quoted(`api://${name}`)}]`],
        ]).map((line) => `  ${line}`),
        "}",
      ],
      principals: ["principal", `subject/${values.of("identity-object-id")}`],
    } as const;
    const machine = arc ? {} : { managedIdentity: values.of("identity-client-id") };
    return {
      steps: [
        {
          heading: "In Azure",
          commands: audienceCommands(name, values.of("google-audience-application"), values, arc),
        },
        { heading: "In Google Cloud", commands: poolCommands(provider, values) },
      ],
      files: {},
      terraform: terraformFile([...audienceResources(name), ...poolResources(provider, values)]),
      identity: puller({ identity: "azure", audience: `api://${name}`, ...machine }, provider.name, values),
      registry: repositoryHost(values),
    };
  },
};

const TRUST_STORE = `trustStore:
  trustAnchors:
    - pemCertificate: |
        -----BEGIN CERTIFICATE-----
        ...
        -----END CERTIFICATE-----
`;

const fromCertificate: Route = {
  page: "certificate-to-google",
  from: ["certificate"],
  to: "gcp",
  title: "Machines with a certificate pull from Google Artifact Registry",
  needs: [...REPOSITORY_VALUES, "certificate"],
  bothSides(values) {
    const condition = "assertion.subject.dn.o == 'system:nodes'";
    const provider = {
      name: "certificates",
      kind: "x509",
      options: [
        "--trust-store-config-path=trust-store.yaml",
        "--attribute-mapping=google.subject=assertion.subject.dn.cn,attribute.organization=assertion.subject.dn.o",
        `--attribute-condition="${condition}"`,
      ],
      terraform: [
        `attribute_condition = ${quoted(condition)}`,
        "attribute_mapping = {",
        ...aligned([
          ['"google.subject"', '"assertion.subject.dn.cn"'],
          ['"attribute.organization"', '"assertion.subject.dn.o"'],
        ]).map((line) => `  ${line}`),
        "}",
        "",
        "x509 {",
        "  trust_store {",
        "    trust_anchors {",
        '      pem_certificate = file("ca.crt")',
        "    }",
        "  }",
        "}",
      ],
      principals: ["principalSet", "attribute.organization/system:nodes"],
    } as const;
    return {
      steps: [
        {
          heading: "In Google Cloud",
          before:
            "Put the certificate of the cluster's CA (/etc/kubernetes/pki/ca.crt) into trust-store.yaml.",
          commands: poolCommands(provider, values),
        },
      ],
      files: { "trust-store.yaml": TRUST_STORE },
      terraform: terraformFile(poolResources(provider, values)),
      identity: puller(
        { identity: "certificate", certificate: values.of("certificate") },
        provider.name,
        values,
      ),
      registry: repositoryHost(values),
    };
  },
};

export const NODE_ROUTES_TO_GOOGLE: readonly Route[] = [fromAws, fromAzure, fromCertificate];
