import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { goProgram } from "@imagecred/vectors";
import { runFile } from "@imagecred/workspace";
import { type Clouds, startClouds } from "../clouds.ts";
import { ClientAuthority, type IssuedCertificate } from "../core/client-authority.ts";
import { agentFor, call } from "../testing/client.ts";

// AWS's own client: the fake must accept its signatures.
const helper = goProgram("github.com/aws/rolesanywhere-credential-helper", "v1.4.0");

describe("IAM Roles Anywhere, called by AWS's own helper", { skip: helper.missing ?? false }, () => {
  let clouds: Clouds;
  before(async () => {
    clouds = await startClouds();
  });
  after(() => clouds.close());
  let files = 0;

  interface Change {
    readonly role?: string;
    readonly profile?: string;
    readonly trustAnchor?: string;
    readonly sessionName?: string;
  }

  async function ask(issued: IssuedCertificate, change: Change = {}) {
    const { aws } = clouds.federation;
    files++;
    const write = (name: string, content: string) => clouds.core.writeFile(`${files}-${name}`, content);
    const args = [
      "credential-process",
      "--with-proxy",
      ...["--certificate", await write("certificate.pem", issued.certificatePem)],
      ...["--private-key", await write("key.pem", issued.privateKeyPem)],
      ...(issued.chainPem === "" ? [] : ["--intermediates", await write("chain.pem", issued.chainPem)]),
      ...["--trust-anchor-arn", change.trustAnchor ?? aws.trustAnchor],
      ...["--profile-arn", change.profile ?? aws.profile],
      ...["--role-arn", change.role ?? aws.anywhereRole],
      ...(change.sessionName === undefined ? [] : ["--role-session-name", change.sessionName]),
    ];
    return await runFile(helper.path, { args, env: { ...clouds.networkEnv(), PATH: "/usr/bin:/bin" } });
  }

  test("RSA, P-256 and P-384 keys, with and without an intermediate", async () => {
    const { authority } = clouds.federation;
    const issuers = [authority, await authority.intermediate("CN=racks", "P-384")];
    for (const issuer of issuers) {
      for (const key of ["RSA", "P-256", "P-384"] as const) {
        const { exitCode, stdout, stderr } = await ask(await issuer.issue({ key }));
        assert.equal(exitCode, 0, `${key}: ${stderr}`);
        const session = clouds.aws.iam.key(JSON.parse(stdout).AccessKeyId);
        assert.match(session?.principal.arn ?? "", /assumed-role\/anywhere-node\/[0-9a-f]{32}$/);
        assert.equal(session?.principal.tags?.["x509Subject/CN"], "system:node:node-1");
      }
    }
    assert.deepEqual(clouds.defects, []);
  });

  test("rejects certificates that are expired, from another CA, CA certificates, or not for signatures", async () => {
    const { authority } = clouds.federation;
    const stranger = await ClientAuthority.create(clouds.secrets);
    const intermediate = await authority.intermediate();
    const cases: readonly (readonly [IssuedCertificate, RegExp])[] = [
      [await authority.issue({ flaw: "expired" }), /Certificate has expired/],
      [await authority.issue({ flaw: "not-yet-valid" }), /not yet valid/],
      [await authority.issue({ flaw: "authority" }), /Insufficient certificate/],
      [await authority.issue({ flaw: "no-digital-signature" }), /Insufficient certificate/],
      [await stranger.issue(), /Untrusted signing certificate/],
      [{ ...(await intermediate.issue()), chainPem: "" }, /Untrusted signing certificate/],
    ];
    for (const [issued, message] of cases) {
      const { exitCode, stderr } = await ask(issued);
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /AccessDeniedException/);
      assert.match(stderr, message);
    }
  });

  test("rejects roles that do not trust the certificate or are not in the profile, unknown profiles and unknown trust anchors", async () => {
    const good = await clouds.federation.authority.issue();
    const { aws } = clouds.federation;
    const other = (await ask(good, { role: aws.otherAnywhereRole })).stderr;
    assert.match(other, /Unable to assume role for arn:aws:iam::123456789012:role\/anywhere-other/);
    assert.match((await ask(good, { role: clouds.aws.roleArn("node") })).stderr, /not in the profile/);
    assert.match((await ask(good, { profile: `${aws.profile}x` })).stderr, /Profile not found/);
    assert.match((await ask(good, { trustAnchor: `${aws.trustAnchor}x` })).stderr, /Trust anchor not found/);
    clouds.aws.anywhere.addTrustAnchor({
      arn: `${aws.trustAnchor}-off`,
      certificates: clouds.federation.authority.pem,
      enabled: false,
    });
    assert.match((await ask(good, { trustAnchor: `${aws.trustAnchor}-off` })).stderr, /disabled/);
  });

  test("the session name is the certificate's serial number, unless the profile accepts custom names", async () => {
    const good = await clouds.federation.authority.issue();
    const { aws } = clouds.federation;
    assert.match((await ask(good, { sessionName: "node-1" })).stderr, /does not accept a custom/);
    const profile = `${aws.profile}-named`;
    clouds.aws.anywhere.addProfile({
      arn: profile,
      roleArns: [aws.anywhereRole],
      acceptRoleSessionName: true,
    });
    const { stdout } = await ask(good, { sessionName: "node-1", profile });
    const session = clouds.aws.iam.key(JSON.parse(stdout).AccessKeyId);
    assert.match(session?.principal.arn ?? "", /\/node-1$/);
  });

  test("a request changed after signing is rejected", async () => {
    await ask(await clouds.federation.authority.issue());
    const seen = clouds.requests.findLast(({ service }) => service === "aws.rolesanywhere");
    assert.ok(seen !== undefined);
    const url = `https://${seen.host}${seen.path}?${seen.query}`;
    const options = { method: "POST", headers: seen.headers, agent: agentFor(clouds.core) };
    const body = seen.body.toString();
    assert.equal((await call(url, { ...options, body })).status, 201, "the very same");
    const changed = await call(url, { ...options, body: body.replace("3600", "900 ") });
    assert.equal(changed.status, 403);
    assert.match(changed.body, /signature/);
  });
});
