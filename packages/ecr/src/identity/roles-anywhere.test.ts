import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { ClientAuthority, type IssuedCertificate, startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { goProgram } from "@imagecred/vectors";
import { runFile } from "@imagecred/workspace";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { aws } = clouds.federation;
const { authority } = clouds.federation;

const SESSION_OK = "aws.rolesanywhere CreateSession 201";
const ECR_OK = "aws.ecr GetAuthorizationToken 200";

let files = 0;
function write(name: string, content: string): Promise<string> {
  return clouds.core.writeFile(`anywhere-${++files}-${name}`, content);
}

interface Change {
  readonly role?: string;
  readonly profile?: string;
  readonly trustAnchor?: string;
}

/** The flags for a certificate in separate files. */
async function flagsFor(issued: IssuedCertificate, change: Change = {}): Promise<string[]> {
  return [
    "--node-identity=certificate",
    `--node-certificate=${await write("certificate.pem", issued.certificatePem)}`,
    `--node-private-key=${await write("key.pem", issued.privateKeyPem)}`,
    ...(issued.chainPem === "" ? [] : [`--node-intermediates=${await write("chain.pem", issued.chainPem)}`]),
    `--node-trust-anchor-arn=${change.trustAnchor ?? aws.trustAnchor}`,
    `--node-profile-arn=${change.profile ?? aws.profile}`,
    `--node-role-arn=${change.role ?? aws.anywhereRole}`,
  ];
}

describe("IAM Roles Anywhere", () => {
  for (const key of ["RSA", "P-256", "P-384"] as const) {
    test(`a certificate with a key of kind ${key}, with and without an intermediate`, async () => {
      for (const issuer of [authority, await authority.intermediate("CN=racks")]) {
        const { calls } = await answered(ecr, clouds, { args: await flagsFor(await issuer.issue({ key })) });
        assert.deepEqual(calls, [SESSION_OK, ECR_OK]);
      }
    });
  }

  test("the kubelet's file with certificate and key; then another account's role", async () => {
    const { certificatePem, privateKeyPem } = await authority.issue({ key: "P-256" });
    const path = await write("kubelet-client-current.pem", certificatePem + privateKeyPem);
    const { calls } = await askPlugin(ecr, clouds, {
      args: [
        "--node-identity=certificate",
        `--node-certificate=${path}`,
        `--node-trust-anchor-arn=${aws.trustAnchor}`,
        `--node-profile-arn=${aws.profile}`,
        `--node-role-arn=${aws.anywhereRole}`,
        "--role-arn=arn:aws:iam::210987654321:role/pull-across-clouds",
        "--external-id=contract-7",
      ],
    });
    assert.deepEqual(calls, [SESSION_OK, "aws.sts AssumeRole 200", ECR_OK]);
  });

  test("refusals: the service's message, and advice for each", async () => {
    const stranger = await ClientAuthority.create(clouds.secrets);
    const intermediate = await authority.intermediate();
    const good = await authority.issue({ key: "P-256" });
    const cases: readonly (readonly [IssuedCertificate, Change, RegExp])[] = [
      [
        await authority.issue({ flaw: "authority" }),
        {},
        /Insufficient certificate.*; use the certificate of an end entity/,
      ],
      [
        await stranger.issue(),
        {},
        /Untrusted signing certificate.*; add the authority that issued this certificate to the trust anchor/,
      ],
      [{ ...(await intermediate.issue()), chainPem: "" }, {}, /Untrusted.*--node-intermediates/],
      [
        good,
        { role: aws.otherAnywhereRole },
        /Unable to assume role.*; let the trust policy of \S+anywhere-other allow sts:AssumeRole, sts:TagSession/,
      ],
      [
        good,
        { profile: `${aws.profile}x` },
        /ResourceNotFoundException: Profile not found.*--node-profile-arn/,
      ],
    ];
    for (const [issued, change, said] of cases) {
      const { message, calls } = await askPlugin(ecr, clouds, { args: await flagsFor(issued, change) });
      assert.equal(calls.length, 1);
      assert.match(
        message,
        /^asking IAM Roles Anywhere in us-west-2 \(CreateSession\) as the certificate in \S+ \(serial number \d+\): status 40/,
      );
      assert.match(message, said);
    }
  });

  test("invalid files: nothing is sent", async () => {
    const good = await authority.issue({ key: "RSA" });
    const other = await authority.issue({ key: "RSA" });
    const elliptic = await authority.issue({ key: "P-256" });
    const encrypted = good.privateKeyPem.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    const cases: readonly (readonly [IssuedCertificate, RegExp])[] = [
      [
        await authority.issue({ flaw: "expired" }),
        /it expired at \d{4}-.*, and this node's clock says .*; renew/,
      ],
      [await authority.issue({ flaw: "not-yet-valid" }), /it is not valid before/],
      [{ ...good, privateKeyPem: other.privateKeyPem }, /the private key does not match the certificate/],
      [{ ...good, privateKeyPem: elliptic.privateKeyPem }, /the private key does not match the certificate/],
      [{ ...good, privateKeyPem: encrypted }, /its private key is encrypted/],
      [{ ...good, privateKeyPem: "" }, /the file has no private key/],
      [{ ...good, certificatePem: "" }, /the file has no certificate/],
      [
        { ...good, certificatePem: "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n" },
        /cannot be read/,
      ],
    ];
    for (const [issued, said] of cases) {
      const { message, calls } = await askPlugin(ecr, clouds, { args: await flagsFor(issued) });
      assert.deepEqual(calls, []);
      assert.match(message, /^using the certificate in /);
      assert.match(message, said);
    }
  });

  test("invalid flags", async () => {
    const good = await flagsFor(await authority.issue());
    for (const [args, said] of [
      [["--node-certificate=pkcs11:token=x"], /--node-certificate is a PKCS#11 URI, which is not supported/],
      [
        ["--node-trust-anchor-arn=arn:aws:rolesanywhere:evil.example/:123456789012:trust-anchor/x"],
        /expected an ARN such as/,
      ],
      [["--node-profile-arn="], /needs --node-profile-arn/],
      [["--node-audience=x"], /--node-audience requires --node-identity aws or azure or google/],
    ] as const) {
      const { error, message } = await askPlugin(ecr, clouds, { args: [...good, ...args] });
      assert.ok(error instanceof OptionsError);
      assert.match(message, said);
    }
  });
});

// The request is compared with that of AWS's client.
const helper = goProgram("github.com/aws/rolesanywhere-credential-helper", "v1.4.0");

test("the request equals that of AWS's helper", { skip: helper.missing ?? false }, async () => {
  const intermediate = await authority.intermediate();
  for (const key of ["RSA", "P-384"] as const) {
    const issued = await intermediate.issue({ key });
    const flags = await flagsFor(issued);
    await answered(ecr, clouds, { args: flags });
    const [ours] = clouds.requests;
    await clouds.reset();
    const own = flags.slice(1).map((flag) =>
      flag
        .replace(/^--node-(.*?)=/, "--$1=")
        .split(/=(.*)/s)
        .slice(0, 2),
    );
    const { exitCode, stderr } = await runFile(helper.path, {
      args: ["credential-process", "--with-proxy", ...own.flat()],
      env: { ...clouds.networkEnv(), PATH: "/usr/bin:/bin" },
    });
    assert.equal(exitCode, 0, stderr);
    const [theirs] = clouds.requests;
    assert.ok(ours !== undefined && theirs !== undefined);
    assert.deepEqual([ours.method, ours.host, ours.path], [theirs.method, theirs.host, theirs.path]);
    const sorted = (query: string) => [...new URLSearchParams(query)].sort();
    assert.deepEqual(sorted(ours.query), sorted(theirs.query));
    for (const name of ["x-amz-x509", "x-amz-x509-chain"])
      assert.equal(ours.headers[name], theirs.headers[name], name);
    assert.deepEqual(JSON.parse(ours.body.toString()), JSON.parse(theirs.body.toString()));
    const parts = (authorization = "") =>
      /^(\S+) +Credential=([^/]+)\/\d{8}\/(\S+?), /.exec(authorization)?.slice(1);
    assert.deepEqual(parts(ours.headers["authorization"]), parts(theirs.headers["authorization"]));
    assert.ok(parts(ours.headers["authorization"]) !== undefined);
    await clouds.reset();
  }
});
