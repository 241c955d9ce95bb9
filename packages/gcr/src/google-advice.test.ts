import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceOf } from "./google-advice.ts";
import { errorOf } from "./google-refusal.ts";

const response = (status: number, document: unknown) => ({
  status,
  headers: {},
  body: new TextEncoder().encode(JSON.stringify(document)),
});

const apiError = (reason: string, metadata: object) =>
  response(403, {
    error: {
      code: 403,
      message: "No.",
      status: "PERMISSION_DENIED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com", metadata },
      ],
    },
  });

const OTHERWISE = "otherwise";

/** The same status needs different advice for each cause. */
const CASES: readonly (readonly [what: string, response: ReturnType<typeof response>, advice: RegExp])[] = [
  [
    "access scopes",
    apiError("ACCESS_TOKEN_SCOPE_INSUFFICIENT", { service: "iamcredentials.googleapis.com" }),
    /give the instance or node pool the scope https:\/\/www\.googleapis\.com\/auth\/cloud-platform$/,
  ],
  [
    "an API that is not enabled",
    apiError("SERVICE_DISABLED", { service: "iamcredentials.googleapis.com", consumer: "projects/123456" }),
    /^run: gcloud services enable iamcredentials\.googleapis\.com --project=123456$/,
  ],
  [
    "a permission",
    apiError("IAM_PERMISSION_DENIED", { permission: "iam.serviceAccounts.getAccessToken" }),
    /^grant the identity the permission iam\.serviceAccounts\.getAccessToken \(in roles\/iam\.workloadIdentityUser/,
  ],
  ["an unknown reason", apiError("SOMETHING_NEW", {}), /^otherwise$/],
  ["a reason that is a property of every object", apiError("constructor", {}), /^otherwise$/],
  ["another one", apiError("__proto__", {}), /^otherwise$/],
  ["throttling", response(429, {}), /^nothing to do: the kubelet tries again$/],
  ["a server's failure", response(502, "x"), /^nothing to do/],
  [
    "a deleted key",
    response(400, { error: "invalid_grant", error_description: "Invalid JWT Signature." }),
    /the key was deleted/,
  ],
  [
    "a clock",
    response(400, {
      error: "invalid_grant",
      error_description:
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
    }),
    /check the node's clock/,
  ],
  [
    "an expired login",
    response(400, { error: "invalid_grant", error_description: "Token has been expired or revoked." }),
    /gcloud auth application-default login/,
  ],
  ["a refusal without a cause", response(403, {}), /^otherwise$/],
];

for (const [what, answer, advice] of CASES) {
  test(`${what}: ${advice.source.slice(0, 40)}`, () => {
    assert.match(adviceOf(answer, OTHERWISE), advice);
    assert.match(errorOf(answer, "asking", OTHERWISE).advice ?? "", advice);
  });
}
