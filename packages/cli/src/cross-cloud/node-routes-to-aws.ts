/** Routes to Amazon ECR for nodes in Azure, in Google Cloud, and with a certificate. */
import {
  anywhereResources,
  oidcProvider,
  oidcProviderArn,
  policyOf,
  pullRoleCommands,
  pullRoleResources,
  registriesOf,
  roleArn,
  webIdentityTrust,
} from "./aws.ts";
import { audienceCommands, audienceResources, identityIssuer } from "./azure.ts";
import { describeAccountCommand } from "./google.ts";
import type { Route } from "./route.ts";
import { jsonFile, terraformFile } from "./text.ts";

const fromAzure: Route = {
  page: "azure-to-aws",
  from: ["azure", "arc"],
  to: "aws",
  title: "Azure machines pull from Amazon ECR",
  needs: ["aws-account", "azure-tenant", "aws-audience-application", "identity-object-id"],
  needsOutsideArc: ["identity-group", "identity-name", "identity-client-id"],
  bothSides(values, from) {
    const arc = from === "arc";
    const [name, role] = ["imagecred-aws-nodes", "azure-pulls"];
    const issuer = identityIssuer(values);
    const host = issuer.slice("https://".length);
    const provider = oidcProvider("tenant", issuer, `api://${name}`);
    return {
      steps: [
        {
          heading: "In Azure",
          commands: audienceCommands(name, values.of("aws-audience-application"), values, arc),
        },
        { heading: "In AWS", commands: [provider.command, ...pullRoleCommands(role)] },
      ],
      files: {
        "trust-policy.json": webIdentityTrust(oidcProviderArn(host, values), {
          StringEquals: {
            [`${host}:aud`]: `api://${name}`,
            [`${host}:sub`]: values.of("identity-object-id"),
          },
        }),
      },
      terraform: terraformFile([...audienceResources(name), provider.terraform, ...pullRoleResources(role)]),
      identity: {
        node: {
          identity: "azure",
          audience: `api://${name}`,
          ...(arc ? {} : { managedIdentity: values.of("identity-client-id") }),
          roleArn: roleArn(role, values),
        },
      },
      registry: registriesOf(values.of("aws-account")),
    };
  },
};

const GOOGLE = "accounts.google.com";

const fromGoogle: Route = {
  page: "gce-to-aws",
  from: ["gce"],
  to: "aws",
  title: "Compute Engine instances and GKE nodes pull from Amazon ECR",
  needs: [
    "aws-account",
    "google-project",
    "google-node-account",
    "google-node-account-id",
    "google-audience",
  ],
  bothSides(values) {
    const role = "gce-pulls";
    const id = values.of("google-node-account-id");
    const audience = values.of("google-audience");
    return {
      steps: [
        { heading: "In Google Cloud", commands: [describeAccountCommand(values)] },
        { heading: "In AWS", commands: pullRoleCommands(role) },
      ],
      files: {
        "trust-policy.json": webIdentityTrust(GOOGLE, {
          StringEquals: { [`${GOOGLE}:aud`]: id, [`${GOOGLE}:oaud`]: audience, [`${GOOGLE}:sub`]: id },
        }),
      },
      terraform: terraformFile(pullRoleResources(role)),
      identity: { node: { identity: "google", audience, roleArn: roleArn(role, values) } },
      registry: registriesOf(values.of("aws-account")),
    };
  },
};

const fromCertificate: Route = {
  page: "certificate-to-aws",
  from: ["certificate"],
  to: "aws",
  title: "Machines with a certificate pull from Amazon ECR",
  needs: ["aws-account", "certificate", "trust-anchor", "anywhere-profile"],
  bothSides(values) {
    const role = "certificate-pulls";
    const anchor = values.of("trust-anchor");
    return {
      steps: [
        {
          heading: "In AWS",
          before:
            "Put the certificate of the cluster's CA (/etc/kubernetes/pki/ca.crt) into trust-anchor.json.",
          commands: [
            "aws rolesanywhere create-trust-anchor --name cluster --enabled --source file://trust-anchor.json",
            ...pullRoleCommands(role),
            `aws rolesanywhere create-profile --name cluster --enabled --role-arns ${roleArn(role, values)}`,
          ],
        },
      ],
      files: {
        "trust-anchor.json": jsonFile({
          sourceType: "CERTIFICATE_BUNDLE",
          sourceData: {
            x509CertificateData: "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n",
          },
        }),
        "trust-policy.json": policyOf({
          Principal: { Service: "rolesanywhere.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
          Condition: {
            StringEquals: { "aws:PrincipalTag/x509Subject/O": "system:nodes" },
            ArnEquals: { "aws:SourceArn": anchor },
          },
        }),
      },
      terraform: anywhereResources(role),
      identity: {
        node: {
          identity: "certificate",
          certificate: values.of("certificate"),
          roleArn: roleArn(role, values),
          trustAnchorArn: anchor,
          profileArn: values.of("anywhere-profile"),
        },
      },
      registry: registriesOf(values.of("aws-account")),
    };
  },
};

export const NODE_ROUTES_TO_AWS: readonly Route[] = [fromAzure, fromGoogle, fromCertificate];
