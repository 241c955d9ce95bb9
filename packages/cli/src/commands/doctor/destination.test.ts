import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { doctor, options, stepOf } from "../../testing/doctor.ts";
import { answer, putConfig, putPlugin } from "../../testing/plugins.ts";
import { bench } from "../../testing/run.ts";
import { scriptedTransport } from "../../testing/scripted-transport.ts";

const SECRET = "secret-of-another-registry";

/** Whatever is asked, this is a registry that wants credentials, and whose token service is wherever it likes. */
const greedy = () =>
  scriptedTransport(({ url }) =>
    url.includes("/token")
      ? { status: 200, body: { token: "t" } }
      : { status: 401, headers: { "www-authenticate": `Bearer realm="https://${new URL(url).host}/token"` } },
  );

function leaks(
  sent: readonly { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }[],
): boolean {
  const forms = [SECRET, encodeURIComponent(SECRET), btoa(`AWS:${SECRET}`)];
  return sent.some(({ headers, body }) =>
    forms.some((form) => JSON.stringify([headers, String(body)]).includes(form)),
  );
}

describe("node 3: a credential goes to whom it is for, not to whom the image's name says", () => {
  for (const [provider, args, image, target] of [
    [
      "ecr-credential-provider",
      ["--registry=docker.io=210987654321.dkr.ecr.us-west-2.amazonaws.com"],
      "docker.io/library/nginx:1.27",
      "210987654321.dkr.ecr.us-west-2.amazonaws.com",
    ],
    [
      "ecr-credential-provider-pods",
      ["--registry", "quay.io=210987654321.dkr.ecr.us-west-2.amazonaws.com"],
      "quay.io/a/b:1",
      "210987654321.dkr.ecr.us-west-2.amazonaws.com",
    ],
    [
      "gcr-credential-provider",
      ["get-credentials", "--registry=docker.io=us-docker.pkg.dev"],
      "docker.io/library/nginx:1.27",
      "us-docker.pkg.dev",
    ],
    [
      "acr-credential-provider",
      ["--registry-mirror=mcr.microsoft.com:bootstrap.azurecr.io", "/etc/kubernetes/azure.json"],
      "mcr.microsoft.com/oss/kubernetes/pause:3.6",
      "bootstrap.azurecr.io",
    ],
  ] as const) {
    test(`${provider} ${args.join(" ")}: ${image}`, async () => {
      using place = bench();
      const host = image.slice(0, image.indexOf("/"));
      putConfig(place, { name: provider, match: [host], more: [`args: ${JSON.stringify(args)}`] });
      putPlugin(place, provider, answer({ [host]: ["AWS", SECRET] }));
      const transport = greedy();
      const document = await doctor(place, image, [], { ...options(), transport });
      assert.deepEqual(transport.sent, []);
      const step = stepOf(document, "registry");
      assert.equal(step?.status, "skipped");
      assert.ok(step?.message.includes(`that of ${target}`), step?.message);
      assert.equal(document.code, 0);
      assert.match(document.summary, /the registry was not asked/);
    });
  }

  for (const [provider, image] of [
    ["ecr-credential-provider", "docker.io/library/nginx:1.27"],
    ["ecr-credential-provider", "210987654321.dkr.ecr.us-west-2.amazonaws.com.evil.test/a:1"],
    ["acr-credential-provider", "myreg.azurecr.io.evil.test/a:1"],
    ["gcr-credential-provider", "evil.test/gcr.io/a:1"],
  ] as const) {
    test(`${provider} answers for ${image}, which is not one of its registries`, async () => {
      using place = bench();
      const host = image.slice(0, image.indexOf("/"));
      putConfig(place, { name: provider, match: [host] });
      putPlugin(place, provider, answer({ [host]: ["AWS", SECRET] }));
      const transport = greedy();
      const document = await doctor(place, image, [], { ...options(), transport });
      assert.equal(leaks(transport.sent), false);
      assert.equal(stepOf(document, "registry")?.status, "failed");
      assert.equal(document.code, 1);
    });
  }

  test("its own registry gets it", async () => {
    using place = bench();
    const host = "210987654321.dkr.ecr.us-west-2.amazonaws.com";
    putConfig(place, { name: "ecr-credential-provider", match: [host] });
    putPlugin(place, "ecr-credential-provider", answer({ [host]: ["AWS", SECRET] }));
    const transport = greedy();
    await doctor(place, `${host}/a:1`, [], { ...options(), transport });
    assert.equal(leaks(transport.sent), true);
    assert.ok(transport.sent.every(({ url }) => new URL(url).host === host));
  });
});
