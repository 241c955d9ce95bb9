import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ManualClock, testContext } from "@imagecred/protocol/testing";
import { parseOptions } from "../options.ts";
import { googleAuth } from "../testing/google-auth.ts";
import type { TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE, universeOfApis } from "../universe.ts";
import { parseCredentialFile } from "./credential-file.ts";
import { keyToken } from "./service-account-key.ts";

const NOW = Date.UTC(2026, 0, 2);
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const RSA = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const FILE = { type: "service_account", client_email: "a@p.iam.gserviceaccount.com", private_key: RSA };

/** Gets a token with a key file, and records the request. */
async function ask(fields: object, universe = DEFAULT_UNIVERSE) {
  const sent: { url: string; form: URLSearchParams }[] = [];
  const http = {
    async cloud({ url, body }: { url: string; body?: unknown }) {
      sent.push({ url, form: new URLSearchParams(String(body)) });
      return { status: 200, headers: {}, body: Buffer.from('{"access_token":"ya29.x","expires_in":3599}') };
    },
    metadata: () => assert.fail("the metadata server must not be called"),
    preconnect: () => {},
    firstSent: async () => {},
  };
  const request: TokenRequest = {
    registry: "gcr.io",
    serviceAccountAnnotations: {},
    universe,
    options: parseOptions({ args: [], env: {} }),
    context: testContext({}, { http, clock: new ManualClock(NOW) }),
  };
  const found = await keyToken(parseCredentialFile(fields, "key.json"), request);
  return { found, sent };
}

function readJwt(token: string) {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const json = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  return { header: json(header), claims: json(claims), signed: `${header}.${claims}`, signature };
}

test("a JWT with the key's signature is exchanged at the endpoint that the file names", async () => {
  for (const [token_uri, url] of [
    [undefined, "https://oauth2.googleapis.com/token"],
    ["https://oauth2.googleapis.com/token", "https://oauth2.googleapis.com/token"],
    ["https://oauth2-corp.p.googleapis.com/token", "https://oauth2-corp.p.googleapis.com/token"],
    ["https://accounts.google.com/o/oauth2/token", "https://oauth2.googleapis.com/token"],
    ["https://www.googleapis.com/oauth2/v4/token", "https://oauth2.googleapis.com/token"],
  ] as const) {
    const { found, sent } = await ask({ ...FILE, token_uri, private_key_id: "k1" });
    assert.equal(sent[0]?.url, url);
    assert.equal(sent[0].form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const jwt = readJwt(sent[0].form.get("assertion") ?? "");
    assert.deepEqual(jwt.header, { alg: "RS256", typ: "JWT", kid: "k1" });
    assert.deepEqual(jwt.claims, {
      iss: FILE.client_email,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      iat: NOW / 1000,
      exp: NOW / 1000 + 3600,
      aud: url,
    });
    assert.ok(verify("sha256", Buffer.from(jwt.signed), publicKey, Buffer.from(jwt.signature, "base64url")));
    assert.equal(found.identity.expiresAt, NOW + 3_599_000);
  }
});

test("a token_uri outside Google is rejected before anything is signed", async () => {
  await assert.rejects(ask({ ...FILE, token_uri: "https://oauth2.googleapis.com.evil.test/token" }), {
    message:
      /its token_uri is not an endpoint of oauth2\.googleapis\.com; a credential is sent to Google's own/,
  });
});

test("in another universe the signed JWT is the token, and nothing is sent", async () => {
  const { found, sent } = await ask(FILE, universeOfApis("s3nsapis.fr"));
  assert.deepEqual(sent, []);
  const { claims } = readJwt(found.identity.token.reveal());
  assert.deepEqual(claims, {
    iss: FILE.client_email,
    sub: FILE.client_email,
    scope: "https://www.googleapis.com/auth/cloud-platform",
    iat: NOW / 1000,
    exp: NOW / 1000 + 3600,
  });
});

test("an elliptic-curve key is rejected with a clear message, in both formats", async () => {
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  for (const type of ["sec1", "pkcs8"] as const) {
    const private_key = ec.export({ type, format: "pem" }).toString();
    await assert.rejects(ask({ ...FILE, private_key }), {
      message: /its private_key is an elliptic-curve key; keys of Google Cloud service accounts are RSA keys/,
    });
  }
});

describe("google-auth's key files", { skip: googleAuth().missing ?? false }, () => {
  const read = (name: string) => readFileSync(join(googleAuth().directory, "tests/data", name), "utf8");

  test("the certificate of service_account.json verifies its signature", async () => {
    const { sent } = await ask(JSON.parse(read("service_account.json")));
    const { signed, signature } = readJwt(sent[0]?.form.get("assertion") ?? "");
    const key = createPublicKey(read("public_cert.pem"));
    assert.ok(verify("sha256", Buffer.from(signed), key, Buffer.from(signature, "base64url")));
  });

  test("es256_service_account.json is rejected", async () => {
    await assert.rejects(ask(JSON.parse(read("es256_service_account.json"))), {
      message: /elliptic-curve key/,
    });
  });
});

test("on both runtimes, a key is accepted if a template indented it, joined its lines or left \\\\n in it", async () => {
  const forms = [
    RSA.replaceAll("\n", "\r\n"),
    RSA.replaceAll("\n", ""),
    RSA.replaceAll("\n", "\\n"),
    RSA.replaceAll("\n", "\n    "),
    ` ${RSA.replaceAll("\n", " ")}`,
  ];
  for (const private_key of forms) {
    const { sent } = await ask({ ...FILE, private_key });
    const { signed, signature } = readJwt(sent[0]?.form.get("assertion") ?? "");
    assert.ok(verify("sha256", Buffer.from(signed), publicKey, Buffer.from(signature, "base64url")));
  }
});

test("an RSA key that is too short is rejected before it signs, on both runtimes", async () => {
  for (const modulusLength of [1024, 1536]) {
    for (const type of ["pkcs1", "pkcs8"] as const) {
      const { privateKey: short } = generateKeyPairSync("rsa", { modulusLength });
      const private_key = short.export({ type, format: "pem" });
      await assert.rejects(
        ask({ ...FILE, private_key }),
        /its private_key has fewer than 2048 bits; .*gcloud iam/,
      );
    }
  }
  for (const modulusLength of [2048, 3072]) {
    for (const type of ["pkcs1", "pkcs8"] as const) {
      const { privateKey: long } = generateKeyPairSync("rsa", { modulusLength });
      await ask({ ...FILE, private_key: long.export({ type, format: "pem" }) });
    }
  }
});
