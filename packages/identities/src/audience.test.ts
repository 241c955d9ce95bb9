import assert from "node:assert/strict";
import { test } from "node:test";
import { base64url, Secret } from "@imagecred/protocol";
import { requireAudience } from "./audience.ts";

const ISSUER = "https://oidc.example/cluster";

function tokenFor(aud: unknown): Secret {
  const part = (value: unknown) => base64url(new TextEncoder().encode(JSON.stringify(value)));
  return new Secret(`${part({ alg: "RS256" })}.${part({ iss: ISSUER, aud })}.signature`);
}

test("a token for another service is not sent, and the error has the audience to set", () => {
  for (const [aud, whose] of [
    ["api://AzureADTokenExchange", /Microsoft Entra ID/],
    [["api://AzureADTokenExchangeUSGov"], /Microsoft Entra ID/],
    [
      "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
      /workload identity pool/,
    ],
    ["my-project.svc.id.goog", /GKE project/],
    ["pods.eks.amazonaws.com", /EKS Pod Identity/],
    ["https://kubernetes.default.svc.cluster.local", /API server/],
    [[ISSUER, "https://kubernetes.default.svc"], /API server/],
  ] as const) {
    assert.throws(
      () => requireAudience(tokenFor(aud), "aws", "sts.amazonaws.com"),
      (error: Error) => {
        assert.match(error.message, whose);
        assert.match(
          error.message,
          /set serviceAccountTokenAudience in this provider's tokenAttributes to sts\.amazonaws\.com$/,
        );
        return true;
      },
    );
  }
});

test("tokens for the cloud's audience, for several, for an unknown one, and texts that are not JWTs are sent", () => {
  for (const aud of [
    "sts.amazonaws.com",
    ["api://AzureADTokenExchange", "sts.amazonaws.com"],
    "my-client",
    ["my-client", ISSUER],
    undefined,
    7,
  ])
    requireAudience(tokenFor(aud), "aws", "sts.amazonaws.com");
  requireAudience(new Secret("opaque"), "aws", "sts.amazonaws.com");
  requireAudience(tokenFor("api://AzureADTokenExchangeChina"), "azure", "");
});
