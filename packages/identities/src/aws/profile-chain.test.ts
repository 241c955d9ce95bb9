import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError, createHttpClient, Deadline, type Files, Secret } from "@imagecred/protocol";
import {
  captureLogger,
  ManualClock,
  type ScriptedTransport,
  scriptedTransport,
  testContext,
} from "@imagecred/protocol/testing";
import { followProfile } from "./profile-chain.ts";
import { mergeProfiles, parseProfileFile } from "./profile-file.ts";
import { assumeRole, assumeRoleWithWebIdentity } from "./sts.ts";
import type { StsSettings } from "./sts-endpoint.ts";

/**
 * Role chains from the tests of AWS's SDK for Rust: smithy-rs, aws/rust-runtime/aws-config/test-data/assume-role-tests.json,
 * commit b3a95af6. The published crate does not include that file, so this table has its cases, in the same order, with
 * account IDs of twelve digits where the file has nine.
 */
const ROLE_A = "arn:aws:iam::123456789012:role/RoleA";
const ROLE_B = "arn:aws:iam::123456789012:role/RoleB";
const TOKEN_FILE = "/var/token.jwt";

/** The source of the identity, then each role, assumed with the previous identity. */
type Step =
  | { readonly keys: readonly [id: string, secret: string] }
  | { readonly instanceRole: true }
  | { readonly webIdentity: string; readonly sessionName?: string }
  | { readonly role: string; readonly sessionName?: string; readonly externalId?: string };

interface Case {
  readonly name: string;
  /** The content of the config file. */
  readonly config: string;
  readonly expected: readonly Step[] | RegExp;
}

const keys = (id: string, secret: string) => `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
const role = (arn: string, ...settings: string[]) => [`role_arn = ${arn}`, ...settings, ""].join("\n");

const CASES: readonly Case[] = [
  {
    name: "a role assumed with keys",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\n${keys("abc123", "def456")}`,
    expected: [{ keys: ["abc123", "def456"] }, { role: ROLE_A }],
  },
  {
    name: "keys next to role_arn and source_profile are ignored",
    config: `[profile A]\n${keys("abc123", "def456")}${role(ROLE_A, "source_profile = B")}[profile B]\n${keys("ghi890", "jkl123")}`,
    expected: [{ keys: ["ghi890", "jkl123"] }, { role: ROLE_A }],
  },
  {
    name: "role_session_name",
    config: `[profile A]\n${role(ROLE_A, "role_session_name = my_session_name", "source_profile = B")}[profile B]\n${keys("abc123", "def456")}`,
    expected: [{ keys: ["abc123", "def456"] }, { role: ROLE_A, sessionName: "my_session_name" }],
  },
  {
    name: "external_id",
    config: `[profile A]\n${role(ROLE_A, "external_id = my_external_id", "source_profile = B")}[profile B]\n${keys("abc123", "def456")}`,
    expected: [{ keys: ["abc123", "def456"] }, { role: ROLE_A, externalId: "my_external_id" }],
  },
  {
    name: "a profile that is its own source: its keys, then its role",
    config: `[profile A]\n${keys("abc123", "def456")}${role(ROLE_A, "source_profile = A")}`,
    expected: [{ keys: ["abc123", "def456"] }, { role: ROLE_A }],
  },
  {
    name: "credential_source",
    config: `[profile A]\n${role(ROLE_A, "credential_source = Ec2InstanceMetadata")}`,
    expected: [{ instanceRole: true }, { role: ROLE_A }],
  },
  {
    name: "role_arn without a source",
    config: `[profile A]\n${role(ROLE_A)}`,
    expected:
      /profile A: it has role_arn and no source of the role's credentials; add one of source_profile,/,
  },
  {
    name: "source_profile and credential_source",
    config: `[profile A]\n${role(ROLE_A, "credential_source = Environment", "source_profile = B")}[profile B]\n${keys("abc123", "456")}`,
    expected: /profile A: it has both source_profile and credential_source/,
  },
  {
    name: "a source with an access key ID only",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\naws_access_key_id = abc123\n`,
    expected: /profile B: it has aws_access_key_id and no aws_secret_access_key/,
  },
  {
    name: "a source with a secret access key only",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\naws_secret_access_key = abc123\n`,
    expected: /profile B: it has aws_secret_access_key and no aws_access_key_id/,
  },
  {
    name: "an empty source",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\n`,
    expected: /profile A: its source_profile B has no credentials/,
  },
  {
    name: "a source that does not exist",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}`,
    expected: /profile A: its source_profile "B" does not exist/,
  },
  { name: "no profile at all", config: "", expected: /profile A: there is no such profile/ },
  {
    name: "a role assumed with a role, assumed with keys",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\n${role(ROLE_B, "source_profile = C")}[profile C]\n${keys("mno456", "pqr789")}`,
    expected: [{ keys: ["mno456", "pqr789"] }, { role: ROLE_B }, { role: ROLE_A }],
  },
  {
    name: "a source with keys and a role: its keys are used",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}${keys("unused", "unused")}[profile B]\n${role(ROLE_B, "source_profile = C")}${keys("profile_b_key", "profile_b_secret")}[profile C]\n${keys("unused", "unused")}`,
    expected: [{ keys: ["profile_b_key", "profile_b_secret"] }, { role: ROLE_A }],
  },
  {
    name: "a loop",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\n${role(ROLE_B, "source_profile = A")}`,
    expected: /profile B: its source_profile is a loop: A -> B -> A/,
  },
  {
    name: "a loop whose first profile has keys",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}${keys("unused", "unused")}[profile B]\n${role(ROLE_B, "source_profile = A")}`,
    expected: /profile B: its source_profile is a loop: A -> B -> A/,
  },
  {
    name: "a web identity",
    config: `[profile A]\n${role(ROLE_A, `web_identity_token_file = ${TOKEN_FILE}`)}`,
    expected: [{ webIdentity: ROLE_A }],
  },
  {
    name: "a web identity with a session name",
    config: `[profile A]\n${role(ROLE_A, `web_identity_token_file = ${TOKEN_FILE}`, "role_session_name = some_session_name")}`,
    expected: [{ webIdentity: ROLE_A, sessionName: "some_session_name" }],
  },
  {
    name: "a web identity without a role",
    config: `[profile A]\nweb_identity_token_file = ${TOKEN_FILE}\n`,
    expected: /profile A: it has web_identity_token_file and no role_arn/,
  },
  {
    name: "a role assumed with a web identity",
    config: `[profile A]\n${role(ROLE_A, "source_profile = B")}[profile B]\n${role(ROLE_B, `web_identity_token_file = ${TOKEN_FILE}`, "role_session_name = some_session_name")}`,
    expected: [{ webIdentity: ROLE_B, sessionName: "some_session_name" }, { role: ROLE_A }],
  },
];

/** The time in signatures. */
const NOW = Date.UTC(2026, 10, 27, 12);
const SESSION_NAME = "table";
const STS: StsSettings = {
  regionFor: () => "us-east-1",
  endpoint: { url: undefined, fips: false, dualStack: false },
};
const files: Files = {
  readText: async (path) => (path === TOKEN_FILE ? "header.payload.signature\n" : ""),
  readBytes: () => Promise.reject(new Error("not to be read")),
  readTextIfExists: () => Promise.reject(new Error("not to be read")),
};

/** AWS: STS gives the keys of each role by its name, the instance has the role `node`. */
function aws(): ScriptedTransport {
  return scriptedTransport(({ url, body = "" }) => {
    const { host, pathname } = new URL(url);
    if (host === "169.254.169.254") return { status: 200, body: METADATA[pathname] ?? "" };
    const assumed = new URLSearchParams(String(body)).get("RoleArn")?.split("/").at(-1);
    return {
      status: 200,
      body: `<Credentials><AccessKeyId>ASIA${assumed}</AccessKeyId><SecretAccessKey>secret-of-${assumed}</SecretAccessKey><SessionToken>session-of-${assumed}</SessionToken></Credentials>`,
    };
  });
}

const METADATA: Readonly<Record<string, unknown>> = {
  "/latest/api/token": "imds-session",
  "/latest/meta-data/iam/security-credentials/": "node",
  "/latest/meta-data/iam/security-credentials/node": {
    Code: "Success",
    AccessKeyId: "ASIAnode",
    SecretAccessKey: "secret-of-node",
    Token: "session-of-node",
  },
};

function contextOn(transport: ScriptedTransport) {
  const clock = new ManualClock(NOW);
  const http = createHttpClient({
    transport,
    clock,
    proxyFor: () => undefined,
    deadline: new Deadline(10_000, clock),
    random: () => 0.5,
    log: captureLogger().log,
    userAgent: "table",
  });
  return testContext({}, { http, clock, files });
}

/** The requests to STS, including signatures, and the resulting keys, for these steps in order. */
async function taken(steps: readonly Step[]) {
  const transport = aws();
  const context = contextOn(transport);
  let credentials = {
    accessKeyId: "",
    secretAccessKey: new Secret(""),
    sessionToken: undefined as Secret | undefined,
  };
  for (const step of steps) {
    if ("keys" in step) {
      const [accessKeyId, secret] = step.keys;
      credentials = { accessKeyId, secretAccessKey: new Secret(secret), sessionToken: undefined };
    } else if ("instanceRole" in step) {
      credentials = {
        accessKeyId: "ASIAnode",
        secretAccessKey: new Secret("secret-of-node"),
        sessionToken: new Secret("session-of-node"),
      };
    } else if ("webIdentity" in step) {
      const session = { roleArn: step.webIdentity, sessionName: step.sessionName ?? SESSION_NAME };
      const token = new Secret("header.payload.signature");
      credentials = await assumeRoleWithWebIdentity({ ...session, token, tokenName: "" }, STS, context);
    } else {
      const { role: roleArn, sessionName = SESSION_NAME, externalId } = step;
      const request = { roleArn, sessionName, externalId, credentials, principal: "" };
      credentials = await assumeRole(request, STS, context);
    }
  }
  return { requests: toSts(transport), keys: revealed(credentials) };
}

function toSts({ sent }: ScriptedTransport) {
  return sent
    .filter(({ url }) => !url.startsWith("http://169.254.169.254/"))
    .map(({ url, headers, body }) => ({ url, headers, body }));
}

function revealed(credentials: Awaited<ReturnType<typeof assumeRole>>) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return [accessKeyId, secretAccessKey.reveal(), sessionToken?.reveal()];
}

describe("role chains, as in AWS's SDK for Rust", () => {
  for (const { name, config, expected } of CASES) {
    test(name, async () => {
      const transport = aws();
      const follow = () =>
        followProfile({
          profiles: mergeProfiles(parseProfileFile(config, "config"), parseProfileFile("", "credentials")),
          name: "A",
          explicit: true,
          sessionName: SESSION_NAME,
          sts: STS,
          roleNeeds: "",
          context: contextOn(transport),
        });
      if (expected instanceof RegExp) {
        await assert.rejects(
          async () => await follow(),
          (error) => error instanceof CredentialError && expected.test(error.message),
        );
        assert.deepEqual(transport.sent, [], "nothing is sent");
        return;
      }
      const found = await follow();
      assert.ok("identity" in found);
      const { requests, keys: finalKeys } = await taken(expected);
      assert.deepEqual(toSts(transport), requests);
      assert.deepEqual(revealed(found.identity), finalKeys);
      const assumed = expected.filter((step) => "role" in step || "webIdentity" in step);
      assert.equal(requests.length, assumed.length);
    });
  }
});
