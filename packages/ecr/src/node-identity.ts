import type { TokenIdentity } from "@imagecred/identities/federated-token";
import {
  type CertificateFiles,
  type NodeFlag,
  type NodeSettings,
  parseNodeIdentity,
  required,
} from "@imagecred/identities/node-identity";
import { OptionsError, type Template } from "@imagecred/protocol";
import { parseRole } from "./role.ts";

/** The node's identity, and how it gets a role in AWS. */
export type EcrNodeIdentity =
  | { readonly kind: "own" }
  /** A token of another cloud, for a role that trusts it. */
  | {
      readonly kind: "web-identity";
      readonly identity: TokenIdentity;
      readonly audience: string;
      readonly roleArn: Template;
    }
  /** A certificate, for a role through IAM Roles Anywhere. */
  | {
      readonly kind: "roles-anywhere";
      readonly files: CertificateFiles;
      readonly roleArn: Template;
      readonly profileArn: string;
      readonly trustAnchorArn: string;
    };

/** Default audience of a Google token for AWS, which accepts any audience of Google's tokens. */
const GOOGLE_AUDIENCE = "sts.amazonaws.com";

/** Parses the settings of the node's identity. @throws {OptionsError} */
export function parseEcrNodeIdentity(settings: NodeSettings): EcrNodeIdentity {
  const identity = parseNodeIdentity(settings, "aws");
  if (identity.kind === "own") return identity;
  const roleArn = parseRole(
    required(settings, "node-role-arn", identity.kind),
    settings.nameOf("node-role-arn"),
  );
  if (identity.kind === "certificate") {
    return {
      kind: "roles-anywhere",
      files: identity.files,
      roleArn,
      profileArn: arnOf(settings, "node-profile-arn", "profile"),
      trustAnchorArn: arnOf(settings, "node-trust-anchor-arn", "trust-anchor"),
    };
  }
  const audience = identity.audience ?? (identity.kind === "google" ? GOOGLE_AUDIENCE : undefined);
  if (audience === undefined) {
    throw new OptionsError(
      `${settings.nameOf("node-identity")} azure needs ${settings.nameOf("node-audience")}: the application ID URI that is a client ID of the IAM OIDC identity provider, such as api://aws-pull`,
    );
  }
  return { kind: "web-identity", identity, audience, roleArn };
}

/** An IAM Roles Anywhere ARN, checked because its region becomes part of a host's name. @throws {OptionsError} */
function arnOf(settings: NodeSettings, name: NodeFlag, kind: "profile" | "trust-anchor"): string {
  const arn = required(settings, name, "certificate");
  const form = new RegExp(
    `^arn:aws[a-z-]*:rolesanywhere:[a-z]{2,}(?:-[a-z]+)+-\\d{1,2}:\\d{12}:${kind}/[\\w-]{1,64}$`,
  );
  if (form.test(arn)) return arn;
  throw new OptionsError(
    `${settings.nameOf(name)} is ${JSON.stringify(arn)}, expected an ARN such as arn:aws:rolesanywhere:us-east-1:123456789012:${kind}/ID`,
  );
}
