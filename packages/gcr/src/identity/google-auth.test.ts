import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type HttpRequest, parseJson } from "@imagecred/protocol";
import { ManualClock, testContext } from "@imagecred/protocol/testing";
import { parseOptions } from "../options.ts";
import { googleAuth } from "../testing/google-auth.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import { fileToken } from "./default-credentials.ts";

/** A request for the comparison, with header names in lower case. */
interface Sent {
  readonly url: string;
  readonly method: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface ByGoogleAuth {
  readonly token: string;
  readonly requests: readonly Sent[];
  readonly signed?: Sent;
}

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const RESPONSES = {
  "/v1/token": JSON.stringify({
    access_token: "federated",
    expires_in: 3600,
    token_type: "Bearer",
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
  }),
  ":generateAccessToken": '{"accessToken":"ya29.puller","expireTime":"2026-01-02T04:04:05Z"}',
};
const directory = mkdtempSync(join(tmpdir(), "imagecred-google-auth-"));
after(() => rmSync(directory, { recursive: true }));
const SUBJECT = join(directory, "subject");
writeFileSync(SUBJECT, "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl");

const PUBLISHED = googleAuth();

interface Account {
  readonly path: string;
  readonly file: object;
  readonly env: Readonly<Record<string, string>>;
}

/** In one process, because loading the library takes longer than all requests. */
function byGoogleAuth(accounts: readonly Account[]): readonly ByGoogleAuth[] {
  const script = join(import.meta.dirname, "../testing/google-auth-requests.py");
  const { status, stdout, stderr } = spawnSync("python3", [script], {
    input: JSON.stringify({ seconds: NOW / 1000, responses: RESPONSES, accounts }),
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", PYTHONPATH: PUBLISHED.directory },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as readonly ByGoogleAuth[];
}

async function byUs({ path, file, env }: Account) {
  const requests: Sent[] = [];
  const http = {
    async cloud({ url, method, body, headers }: HttpRequest) {
      requests.push({ url, method, body: String(body), headers: { ...headers } });
      const [, text = ""] = Object.entries(RESPONSES).find(([end]) => url.endsWith(end)) ?? [];
      return { status: 200, headers: {}, body: Buffer.from(text) };
    },
    metadata: () => assert.fail("the metadata server must not be called"),
    preconnect: () => {},
    firstSent: async () => {},
  };
  const { identity } = await fileToken(path, JSON.stringify(file), {
    registry: "gcr.io",
    serviceAccountAnnotations: {},
    universe: DEFAULT_UNIVERSE,
    options: parseOptions({ args: [], env }),
    context: testContext(env, { http, clock: new ManualClock(NOW) }),
  });
  return { token: identity.token.reveal(), requests };
}

/**
 * The fields of a request, without google-auth's own headers, and without the scope of a token that only impersonates a
 * service account. Google accepts both `cloud-platform`, as its library for Go requests, and `iam`, as this one does.
 */
function meaning({ url, method, body, headers }: Sent) {
  const small = Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== "x-goog-api-client"),
  );
  const document = parseJson(Buffer.from(body));
  if (document !== undefined) {
    const { delegates, ...rest } = document as { delegates?: readonly string[] | null };
    return { url, method, headers: small, body: { ...rest, delegates: delegates ?? [] } };
  }
  const form = Object.fromEntries(new URLSearchParams(body));
  const { subject_token = "", scope = "", options = "null", ...rest } = form;
  // google-auth encodes the options twice; Google's library for Go (x/oauth2, sts_exchange.go) once, as in AIP-4117.
  const decoded: unknown = JSON.parse(options.startsWith("%7B") ? decodeURIComponent(options) : options);
  assert.match(scope, /^https:\/\/www\.googleapis\.com\/auth\/(?:cloud-platform|iam)$/);
  return {
    url,
    method,
    headers: small,
    body: { ...rest, options: decoded, subject: meaningOfSubject(subject_token) },
  };
}

/** The signature depends on the choice of signed headers, so it is compared separately. */
function meaningOfSubject(subject: string): unknown {
  if (!subject.startsWith("%7B")) return subject;
  const { headers, ...rest } = JSON.parse(decodeURIComponent(subject)) as {
    headers: { key: string; value: string }[];
  };
  const names = headers.map(({ key }) => key.toLowerCase()).toSorted();
  return { ...rest, names };
}

const AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a";
const IMPERSONATION =
  "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/puller@project.iam.gserviceaccount.com:generateAccessToken";
const ACCOUNT = {
  type: "external_account",
  audience: AUDIENCE,
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: "https://sts.googleapis.com/v1/token",
  credential_source: { file: SUBJECT },
};
const AWS = {
  ...ACCOUNT,
  subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
  credential_source: {
    environment_id: "aws1",
    region_url: "http://169.254.169.254/latest/meta-data/placement/availability-zone",
    url: "http://169.254.169.254/latest/meta-data/iam/security-credentials",
    regional_cred_verification_url:
      "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
  },
};
// AWS's example keys.
const KEYS = {
  AWS_REGION: "us-east-2",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

const FILES: Readonly<Record<string, readonly [file: object, env?: Readonly<Record<string, string>>]>> = {
  "a token in a file": [ACCOUNT],
  "a token in a file, for a service account": [
    { ...ACCOUNT, service_account_impersonation_url: IMPERSONATION },
  ],
  "for a service account, with a lifetime": [
    {
      ...ACCOUNT,
      service_account_impersonation_url: IMPERSONATION,
      service_account_impersonation: { token_lifetime_seconds: 1800 },
    },
  ],
  "its own OAuth client": [{ ...ACCOUNT, client_id: "client", client_secret: "secret of the client" }],
  "a workforce user's project": [
    {
      ...ACCOUNT,
      audience: "//iam.googleapis.com/locations/global/workforcePools/p/providers/i",
      workforce_pool_user_project: "123456",
    },
  ],
  "a regional endpoint": [{ ...ACCOUNT, token_url: "https://sts.us-east1.rep.googleapis.com/v1/token" }],
  "AWS's keys": [AWS, KEYS],
  "AWS's keys of a session": [AWS, { ...KEYS, AWS_SESSION_TOKEN: "FwoGZXIvYXdzEBYaD+/=session" }],
  "AWS's keys, for a service account": [{ ...AWS, service_account_impersonation_url: IMPERSONATION }, KEYS],
};

describe("the requests equal google-auth's", { skip: PUBLISHED.missing ?? false }, () => {
  const accounts = Object.entries(FILES).map(([what, [file, env = {}]], index) => ({
    what,
    file,
    env,
    path: join(directory, `${index}.json`),
  }));
  let theirs: readonly ByGoogleAuth[] = [];
  before(() => {
    for (const { path, file } of accounts) writeFileSync(path, JSON.stringify(file));
    theirs = byGoogleAuth(accounts);
  });

  for (const [index, account] of accounts.entries()) {
    test(account.what, async () => {
      const judge = theirs[index];
      assert.ok(judge !== undefined);
      const ours = await byUs(account);
      assert.equal(ours.token, judge.token);
      assert.deepEqual(ours.requests.map(meaning), judge.requests.map(meaning));
      if (judge.signed === undefined) return;
      const subject = new URLSearchParams(ours.requests[0]?.body).get("subject_token") ?? "";
      const { headers } = JSON.parse(decodeURIComponent(subject)) as {
        headers: { key: string; value: string }[];
      };
      const signature = (text = "") =>
        /SignedHeaders=(\S+?), ?Signature=([0-9a-f]{64})$/.exec(text)?.slice(1);
      const own = signature(headers.find(({ key }) => key === "authorization")?.value);
      assert.ok(own !== undefined);
      assert.deepEqual(own, signature(judge.signed.headers["Authorization"]));
    });
  }
});
