import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acr } from "@imagecred/acr";
import { ecr } from "@imagecred/ecr";
import { gcr } from "@imagecred/gcr";
import { base64url, Deadline, type TransportResponse } from "@imagecred/protocol";
import {
  ManualClock,
  type PluginRun,
  runPlugin,
  type ScriptedResponse,
  scriptedTransport,
} from "@imagecred/protocol/testing";
import { OURS } from "./policies.ts";
import { ROUTES, type Route } from "./routes.ts";
import type { Service } from "./services.ts";

const HOUR = 3600;
const NOW = Date.UTC(2030, 0, 1) / 1000;

function jwt(claims: object): string {
  const part = (value: object) => base64url(new TextEncoder().encode(JSON.stringify(value)));
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

const podToken = jwt({ sub: "system:serviceaccount:team:app", iss: "https://issuer.test", exp: NOW + HOUR });
const awsCredentials = {
  Code: "Success",
  AccessKeyId: "ASIAEXAMPLE",
  SecretAccessKey: "secret-key",
  Token: "session-token",
  Expiration: "2030-01-01T06:00:00Z",
};

/** The clouds' responses, by a part of the URL; the first match is used. */
const RESPONSES: readonly (readonly [part: string, service: string, body: unknown])[] = [
  ["/latest/api/token", "metadata", "imds-session"],
  ["security-credentials/node", "metadata", awsCredentials],
  ["security-credentials/", "metadata", "node"],
  [
    "sts.",
    "STS AssumeRoleWithWebIdentity",
    `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret-key</SecretAccessKey><SessionToken>session-token</SessionToken><Expiration>2030-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  ],
  [
    "ecr.us-west-2",
    "ECR GetAuthorizationToken",
    { authorizationData: [{ authorizationToken: btoa("AWS:password"), expiresAt: NOW + 12 * HOUR }] },
  ],
  ["/metadata/identity/", "metadata", { access_token: jwt({ tid: "t" }), client_id: "c" }],
  [
    "login.microsoftonline.com",
    "Entra ID token",
    { access_token: jwt({ tid: "t" }), expires_in: HOUR, token_type: "Bearer" },
  ],
  [
    "/oauth2/exchange",
    "ACR oauth2/exchange (Premium)",
    { refresh_token: jwt({ exp: NOW + 3 * HOUR, iat: NOW }) },
  ],
  [
    "iamcredentials.googleapis.com",
    "IAM generateAccessToken",
    { accessToken: "service-account-token", expireTime: "2030-01-01T01:00:00Z" },
  ],
  [
    "sts.googleapis.com",
    "Google STS token",
    { access_token: "federated-token", expires_in: HOUR, token_type: "Bearer" },
  ],
];

const GOOGLE = RESPONSES.filter(([, service]) => /Google|IAM/.test(service));

/** Runs the plugin of a route, with the given response of one service. */
async function runRoute({ id }: Route, refused?: Service) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const transport = scriptedTransport(({ url }): ScriptedResponse | undefined => {
    const table = id === "gcr-pod" ? GOOGLE : RESPONSES;
    const found = table.find(([part]) => url.includes(part));
    if (found === undefined) return undefined;
    const [, service, body] = found;
    asked.push(service);
    if (service !== refused?.name) return { status: 200, body };
    const { status, headers, body: bytes } = refused.throttled;
    return { status, headers, body: new TextDecoder().decode(bytes) };
  });
  const common = { transport, clock };
  const files = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
  const runs: Record<Route["id"], () => Promise<PluginRun>> = {
    ecr: () =>
      runPlugin(ecr, { image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/app", env: files, ...common }),
    "ecr-pod": () =>
      runPlugin(ecr, {
        image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/app",
        serviceAccountToken: podToken,
        serviceAccountAnnotations: {
          "eks.amazonaws.com/ecr-role-arn": "arn:aws:iam::123456789012:role/pull",
        },
        env: files,
        ...common,
      }),
    acr: () =>
      runPlugin(acr, { image: "registry.azurecr.io/app", args: ["--node-identity=azure"], ...common }),
    "acr-pod": () =>
      runPlugin(acr, {
        image: "registry.azurecr.io/app",
        serviceAccountToken: podToken,
        serviceAccountAnnotations: {
          "kubernetes.azure.com/acr-client-id": "11111111-1111-1111-1111-111111111111",
          "kubernetes.azure.com/acr-tenant-id": "22222222-2222-2222-2222-222222222222",
        },
        ...common,
      }),
    "gcr-pod": () =>
      runPlugin(gcr, {
        image: "us-docker.pkg.dev/project/repo/app",
        serviceAccountToken: podToken,
        serviceAccountAnnotations: {
          "iam.gke.io/gcp-service-account": "pull@project.iam.gserviceaccount.com",
        },
        args: [
          "--workload-identity-provider=projects/123/locations/global/workloadIdentityPools/pool/providers/provider",
        ],
        ...common,
      }),
  };
  return { run: await runs[id](), asked, sleeps: clock.sleeps };
}

describe("a route has the plugin's requests", () => {
  for (const route of ROUTES) {
    test(`${route.id}: the services in their order, and at most half of the lifetime is cached`, async () => {
      const { run, asked } = await runRoute(route);
      assert.equal(run.exitCode, 0, run.stderr);
      assert.deepEqual(
        asked.filter((service) => service !== "metadata"),
        route.services.map(({ name }) => name),
      );
      assert.equal(asked.includes("metadata"), route.metadata);
      const cached = OURS.cacheSeconds(NOW * 1000 + route.lifeMs, NOW * 1000, () => 0.5);
      assert.equal(run.response?.cacheDuration, `${cached}s`);
    });

    for (const service of route.services) {
      test(`${route.id}: a throttled ${service.name} gets the same number of attempts, with the same waits`, async () => {
        const { run, asked, sleeps } = await runRoute(route, service);
        assert.equal(run.exitCode, 1);
        const clock = new ManualClock();
        let attempts = 0;
        const send = async (): Promise<TransportResponse> => {
          attempts++;
          return service.throttled;
        };
        const deadline = new Deadline(OURS.timeoutMs, clock);
        await OURS.call(service, send, { clock, deadline, random: () => 0.5 });
        assert.equal(asked.filter((name) => name === service.name).length, attempts);
        assert.deepEqual(sleeps, clock.sleeps);
      });
    }
  }
});
