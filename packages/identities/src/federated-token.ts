import type { Context, Found, Secret, Unavailable } from "@imagecred/protocol";
import type { NodeIdentity } from "./node-identity.ts";

/** A node's identity that is proved with a token. */
export type TokenIdentity = Extract<NodeIdentity, { kind: "aws" | "azure" | "google" }>;

/**
 * The token (a JWT) that proves a node's identity to another cloud: STS's GetWebIdentityToken, a managed identity's token,
 * or a Compute Engine identity token. Only the code for the node's own cloud is loaded.
 * @param audience the token's audience
 * @throws {CredentialError}
 */
export async function federatedToken(
  identity: TokenIdentity,
  audience: string,
  context: Context,
): Promise<Found<Secret> | Unavailable> {
  switch (identity.kind) {
    case "aws": {
      const { awsToken } = await import("./aws/node-token.ts");
      return await awsToken(audience, context);
    }
    case "azure": {
      const { managedIdentityToken } = await import("./azure/managed-identity.ts");
      return await managedIdentityToken({
        id: identity.managedIdentity,
        setting: "--node-managed-identity",
        resource: audience,
        unknownAudience: `Entra ID has no application with the ID URI ${audience} in this machine's tenant: register one, or correct --node-audience`,
        configuration: "--node-identity",
        context,
      });
    }
    case "google": {
      const { instanceIdentityToken } = await import("./google/identity-token.ts");
      return await instanceIdentityToken(identity.serviceAccount, audience, context);
    }
  }
}
