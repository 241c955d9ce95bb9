import type { TokenIdentity } from "@imagecred/identities/federated-token";
import { needed, parseNodeIdentity } from "@imagecred/identities/node-identity";
import { OptionsError, type ParsedFlags, type Template } from "@imagecred/protocol";
import { parseRole } from "./role.ts";

/** The node's identity, and how AWS is to accept it. */
export type EcrNodeIdentity =
  | { readonly kind: "own" }
  /** A token of another cloud, for a role that trusts it. */
  | {
      readonly kind: "web-identity";
      readonly identity: TokenIdentity;
      readonly audience: string;
      readonly roleArn: Template;
    };

/** What a Google token for AWS is addressed to unless told otherwise: AWS itself accepts any audience of Google's. */
const GOOGLE_AUDIENCE = "sts.amazonaws.com";

/** Reads the flags on the node's identity. @throws {OptionsError} */
export function parseEcrNodeIdentity(flags: ParsedFlags): EcrNodeIdentity {
  const identity = parseNodeIdentity(flags, "aws");
  if (identity.kind === "own") return identity;
  const roleArn = parseRole(needed(flags, "node-role-arn", identity.kind), "--node-role-arn");
  if (identity.kind === "certificate")
    throw new OptionsError("--node-identity certificate is not known for Amazon ECR in this version");
  const audience = identity.audience ?? (identity.kind === "google" ? GOOGLE_AUDIENCE : undefined);
  if (audience === undefined) {
    throw new OptionsError(
      "--node-identity azure needs --node-audience: the application ID URI that is a client ID of the IAM OIDC identity provider, such as api://aws-pull",
    );
  }
  return { kind: "web-identity", identity, audience, roleArn };
}
