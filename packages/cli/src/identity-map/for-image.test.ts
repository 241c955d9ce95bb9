import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { ExplainDocument } from "../commands/explain/document.ts";
import type { MatchDocument } from "../commands/match/document.ts";
import { PLACES, putConfig, putPlugin } from "../testing/plugins.ts";
import { type Bench, bench } from "../testing/run.ts";
import { checkedDocument } from "../testing/schemas.ts";

const MAP = `apiVersion: imagecred.dev/v1alpha1
kind: ImageIdentities
identities:
  - registries: [111111111111.dkr.ecr.eu-west-1.amazonaws.com/open/]
    identity: anonymous
  - registries: ["*.dkr.ecr.us-east-1.amazonaws.com", "*.dkr.ecr.eu-west-1.amazonaws.com"]
    identity: node
    aws:
      roleChain:
        - {roleArn: "arn:aws:iam::999999999999:role/hub"}
        - {roleArn: "arn:{partition}:iam::{account}:role/pull", externalId: partner}
  - registries: ["*.dkr.ecr.*.amazonaws.com"]
    azure: {tenantId: contoso.com}
  - registries: [public.ecr.aws]
    aws: {roleArn: "arn:aws:iam::{account}:role/pull"}
`;

function prepared(): Bench {
  const place = bench();
  putConfig(
    place,
    {
      name: "ecr-credential-provider",
      match: ["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws", "mirror.test"],
      more: [
        "args: [--identities=/etc/identities.yaml, --registry=mirror.test=222222222222.dkr.ecr.us-east-1.amazonaws.com]",
      ],
    },
    { name: "other", match: ["r.io"], more: ["args: [--identities=/etc/identities.yaml]"] },
  );
  putPlugin(place, "ecr-credential-provider", "exit 0");
  putPlugin(place, "other", "exit 0");
  writeFileSync(place.path("identities.yaml"), MAP);
  return place;
}

async function explain(place: Bench, image: string) {
  const { stdout, code } = await place.run(["explain", image, ...PLACES, "-o", "json"]);
  const document = checkedDocument(stdout) as unknown as ExplainDocument;
  return { code, identities: document.providers[0]?.identities ?? null };
}

test("explain: the entry, its position, the reason, and its settings with placeholders filled in", async () => {
  using place = prepared();
  const { code, identities } = await explain(place, "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/app");
  assert.equal(code, 0);
  assert.equal(identities?.problem, null);
  const { deciding, why } = identities ?? {};
  assert.deepEqual(
    [deciding?.entry, deciding?.line, deciding?.column, deciding?.pattern, deciding?.identity],
    ["identities[1]", 6, 5, "*.dkr.ecr.eu-west-1.amazonaws.com", "node"],
  );
  assert.deepEqual(deciding?.settings, {
    "roleChain[0].roleArn": "arn:aws:iam::999999999999:role/hub",
    "roleChain[1].roleArn": "arn:aws:iam::111111111111:role/pull",
    "roleChain[1].externalId": "partner",
  });
  assert.equal(why, '"*.dkr.ecr.eu-west-1.amazonaws.com" is the first match');
});

test("explain: the registry that a mirror is mapped to; an entry for another cloud; no entry; anonymous", async () => {
  using place = prepared();
  const mirror = await explain(place, "mirror.test/team/app");
  assert.equal(mirror.identities?.asked, "222222222222.dkr.ecr.us-east-1.amazonaws.com/team/app");
  assert.equal(
    mirror.identities?.deciding?.settings["roleChain[1].roleArn"],
    "arn:aws:iam::222222222222:role/pull",
  );
  const other = await explain(place, "111111111111.dkr.ecr.eu-west-2.amazonaws.com/app");
  assert.match(other.identities?.why ?? "", /the entry has no aws, so the plugin's own arguments apply/);
  const open = await explain(place, "111111111111.dkr.ecr.eu-west-1.amazonaws.com/open/app");
  assert.equal(open.identities?.deciding?.identity, "anonymous");
  const none = await explain(place, "r.io/app");
  assert.equal(none.identities, null);
});

test("explain fails if the plugin would fail, except for a file that is only on the node", async () => {
  using place = prepared();
  const unfilled = await explain(place, "public.ecr.aws/app");
  assert.equal(unfilled.code, 1);
  assert.match(
    unfilled.identities?.problem ?? "",
    /identities\[3\]\.aws\.roleArn has \{account\}, which the name public\.ecr\.aws\/app does not contain/,
  );
  writeFileSync(place.path("identities.yaml"), MAP.replace("hub", "hub/"));
  const broken = await explain(place, "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app");
  assert.equal(broken.code, 1);
  assert.match(
    broken.identities?.problem ?? "",
    /identities\.yaml:10:\d+: aws\.roleChain\[0\]\.roleArn is "arn:aws:iam::999999999999:role\/hub\/"/,
  );
  rmSync(place.path("identities.yaml"));
  const elsewhere = await explain(place, "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app");
  assert.equal(elsewhere.code, 0);
  assert.equal(elsewhere.identities?.unavailable, true);
});

test("match: every entry up to the one that applies, with what differs", async () => {
  using place = prepared();
  const image = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/app";
  const { stdout } = await place.run(["match", image, "-c", "config.yaml", "-o", "json"]);
  const document = checkedDocument(stdout) as unknown as MatchDocument;
  assert.deepEqual(
    document.providers[0]?.identities?.compared.map(({ entry, matched, message }) => [
      entry,
      matched,
      message,
    ]),
    [
      ["identities[0]", false, "the image's path is /team/app and does not begin with /open/"],
      ["identities[1]", true, ""],
    ],
  );
  assert.equal(document.providers[1]?.identities, null);
  const human = await place.run(["match", image, "-c", "config.yaml"]);
  assert.match(human.stdout, /identities \/etc\/identities\.yaml, compared with 111111111111\.dkr/);
  assert.match(human.stdout, /identities\[0\] .*open\/ +the image's path is/);
  assert.match(human.stdout, /identity node, roleChain\[0\]\.roleArn arn:aws:iam::999999999999:role\/hub/);
});

test("human-readable explain shows the entry's position and its settings", async () => {
  using place = prepared();
  const { stdout } = await place.run([
    "explain",
    "111111111111.dkr.ecr.eu-west-1.amazonaws.com/open/app",
    ...PLACES,
  ]);
  assert.match(stdout, /identities +identities\.yaml:4:5: identities\[0\], because\s/);
  assert.match(stdout, /entry +no credential: the image is pulled anonymously/);
});
