import type { TokenIdentity } from "@imagecred/identities/federated-token";
import {
  type CertificateFiles,
  type NodeSettings,
  parseNodeIdentity,
  required,
} from "@imagecred/identities/node-identity";
import { OptionsError } from "@imagecred/protocol";
import { type IdentityPool, parseProvider } from "./identity/workload-identity.ts";

/** The node's identity, and the provider of a workload identity pool that accepts it. */
export type GcrNodeIdentity =
  /** Google's application default credentials. */
  | { readonly kind: "own" }
  /** AWS keys, which sign a request for Google. */
  | { readonly kind: "aws"; readonly pool: IdentityPool }
  /** A token of the node's cloud. */
  | {
      readonly kind: "token";
      readonly identity: TokenIdentity;
      readonly audience: string;
      readonly pool: IdentityPool;
    }
  | { readonly kind: "certificate"; readonly files: CertificateFiles; readonly pool: IdentityPool };

/** Parses the settings of the node's identity. @throws {OptionsError} */
export function parseGcrNodeIdentity(settings: NodeSettings): GcrNodeIdentity {
  const identity = parseNodeIdentity(settings, "google");
  if (identity.kind === "own") return identity;
  const name = required(settings, "node-workload-identity-provider", identity.kind);
  const pool = parseProvider(name, settings.nameOf("node-workload-identity-provider"));
  if (identity.kind === "certificate") return { kind: "certificate", files: identity.files, pool };
  const { audience } = identity;
  // An AWS provider of a pool verifies a signed request; a token from AWS STS is for an OIDC provider.
  if (identity.kind === "aws" && audience === undefined) return { kind: "aws", pool };
  if (audience === undefined) {
    throw new OptionsError(
      `${settings.nameOf("node-identity")} azure needs ${settings.nameOf("node-audience")}: the application ID URI that the pool's provider allows, such as api://google-pull`,
    );
  }
  return { kind: "token", identity, audience, pool };
}
