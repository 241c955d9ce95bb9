/** AWS's side: roles that trust identities of other clouds, and permissions of the nodes' own role. */
import { aligned, block, jsonFile, labelOf, quoted, resource, terraformFile } from "./text.ts";
import type { Values } from "./values.ts";

const PULL_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly";

/** Commands that create a role with permission to pull; its trust policy is in `trust-policy.json`. */
export function pullRoleCommands(role: string): readonly string[] {
  return [
    `aws iam create-role --role-name ${role} --assume-role-policy-document file://trust-policy.json`,
    `aws iam attach-role-policy --role-name ${role} --policy-arn ${PULL_ONLY}`,
  ];
}

/** The same role in Terraform. */
export function pullRoleResources(role: string): readonly string[] {
  const name = labelOf(role);
  return [
    resource("aws_iam_role", name, [
      ["name", quoted(role)],
      ["assume_role_policy", 'file("trust-policy.json")'],
    ]),
    resource("aws_iam_role_policy_attachment", name, [
      ["role", `aws_iam_role.${name}.name`],
      ["policy_arn", quoted(PULL_ONLY)],
    ]),
  ];
}

/** An OIDC provider of the account, and the command for it. */
export function oidcProvider(
  name: string,
  url: string,
  audience: string,
): { readonly command: string; readonly terraform: string } {
  return {
    command: `aws iam create-open-id-connect-provider --url ${url} --client-id-list ${audience}`,
    terraform: resource("aws_iam_openid_connect_provider", name, [
      ["url", quoted(url)],
      ["client_id_list", `[${quoted(audience)}]`],
    ]),
  };
}

/** A policy with one statement, with the effect Allow. */
export function policyOf(statement: Readonly<Record<string, unknown>>): string {
  return jsonFile({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
}

/** ARN of a role in the account. */
export function roleArn(name: string, values: Values): string {
  return `arn:aws:iam::${values.of("aws-account")}:role/${name}`;
}

/** ARN of the account's OIDC provider for an issuer. @param issuer without `https://` */
export function oidcProviderArn(issuer: string, values: Values): string {
  return `arn:aws:iam::${values.of("aws-account")}:oidc-provider/${issuer}`;
}

/** The trust policy of a role for tokens of an issuer. @param federated the provider's ARN, or a name that IAM knows */
export function webIdentityTrust(federated: string, conditions: Readonly<Record<string, unknown>>): string {
  return policyOf({
    Principal: { Federated: federated },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: conditions,
  });
}

/** Pattern of the images in an account's registries. */
export function registriesOf(account: string): string {
  return `${account}.dkr.ecr.*.amazonaws.com`;
}

/** IAM Roles Anywhere for certificates of the cluster's certificate authority, in Terraform. */
export function anywhereResources(role: string): string {
  return terraformFile([
    block('resource "aws_rolesanywhere_trust_anchor" "cluster"', [
      ...aligned([
        ["name", '"cluster"'],
        ["enabled", "true"],
      ]),
      "",
      "source {",
      '  source_type = "CERTIFICATE_BUNDLE"',
      "  source_data {",
      '    x509_certificate_data = file("ca.crt")',
      "  }",
      "}",
    ]),
    ...pullRoleResources(role),
    resource("aws_rolesanywhere_profile", "cluster", [
      ["name", '"cluster"'],
      ["enabled", "true"],
      ["role_arns", `[aws_iam_role.${labelOf(role)}.arn]`],
    ]),
  ]);
}
