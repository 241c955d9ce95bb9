import type { TokenIdentity } from "@imagecred/identities/federated-token";
import {
  type CertificateFiles,
  type NodeSettings,
  parseNodeIdentity,
  required,
} from "@imagecred/identities/node-identity";
import { OptionsError } from "@imagecred/protocol";
import { GUID } from "../guid.ts";

/** The node's identity, and the application of Entra ID that trusts it. */
export type AcrNodeIdentity =
  /** The identities of azure.json or the environment. */
  | { readonly kind: "own" }
  /** A token of another cloud, or of a managed identity, that is a federated credential of the application. */
  | {
      readonly kind: "federated";
      readonly identity: TokenIdentity;
      /** Undefined for the cloud's default. */
      readonly audience: string | undefined;
      readonly clientId: string;
    }
  | { readonly kind: "certificate"; readonly files: CertificateFiles; readonly clientId: string };

/** Parses the settings of the node's identity. @throws {OptionsError} */
export function parseAcrNodeIdentity(settings: NodeSettings): AcrNodeIdentity {
  const identity = parseNodeIdentity(settings, "azure");
  if (identity.kind === "own") return identity;
  const clientId = required(settings, "node-client-id", identity.kind);
  if (!GUID.test(clientId)) {
    throw new OptionsError(
      `${settings.nameOf("node-client-id")} is ${JSON.stringify(clientId)}, expected the GUID of an application (its client ID)`,
    );
  }
  if (identity.kind === "certificate") return { kind: "certificate", files: identity.files, clientId };
  return { kind: "federated", identity, audience: identity.audience, clientId };
}
