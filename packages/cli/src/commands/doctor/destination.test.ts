import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CredentialProvider, parseImageName } from "@imagecred/kubelet";
import type { Endpoint } from "@imagecred/node";
import { type CertificateProblem, Secret, systemClock, TransportError } from "@imagecred/protocol";
import { scriptedTransport } from "@imagecred/protocol/testing";
import { doctor, options, stepOf } from "../../testing/doctor.ts";
import { answer, putConfig, putPlugin } from "../../testing/plugins.ts";
import { bench } from "../../testing/run.ts";
import { type RegistryQuestion, registrySteps } from "./registry-steps.ts";

const SECRET = "secret-of-another-registry";

/** A registry that demands credentials for every request and names a token service on another host. */
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

describe("node 3: a credential is sent only to the registry that it is for, whatever host the image's name has", () => {
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
      assert.match(document.summary, /the registry was not contacted/);
    });
  }

  for (const [provider, image] of [
    ["ecr-credential-provider", "docker.io/library/nginx:1.27"],
    ["ecr-credential-provider", "210987654321.dkr.ecr.us-west-2.amazonaws.com.evil.test/a:1"],
    ["acr-credential-provider", "myreg.azurecr.io.evil.test/a:1"],
    ["gcr-credential-provider", "evil.test/gcr.io/a:1"],
  ] as const) {
    test(`${provider} responds for ${image}, which is not one of its registries`, async () => {
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

  test("the credential's own registry gets it", async () => {
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

describe("node 3: doctor uses the endpoints of the container runtime", () => {
  const target = "210987654321.dkr.ecr.us-west-2.amazonaws.com";
  const image = parseImageName("docker.io/library/nginx:1.27");
  const endpoint = (host: string, more: Partial<Endpoint> = {}): Endpoint => ({
    scheme: "https",
    httpFallback: false,
    host,
    path: "/v2",
    repository: "library/nginx",
    namespace: undefined,
    capabilities: ["pull", "resolve"],
    tls: { caFiles: [], clients: [], skipVerify: false },
    hasOwnCredentials: false,
    isRegistry: false,
    source: { kind: "configuration", label: "/etc/containerd/certs.d/docker.io/hosts.toml" },
    ...more,
  });
  const provider = (args: readonly string[]): CredentialProvider => ({
    name: "ecr-credential-provider",
    matchImages: ["docker.io"],
    defaultCacheDuration: 0n,
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    args,
    env: null,
    tokenAttributes: null,
  });
  const ask = async (
    endpoints: readonly Endpoint[],
    {
      trust,
      certificate,
    }: Partial<Pick<RegistryQuestion, "trust">> & { certificate?: CertificateProblem } = {},
  ) => {
    const transport = scriptedTransport(({ headers }) => {
      if (certificate !== undefined) {
        throw new TransportError("tls", "ERR_TLS_CERTIFICATE", "no", { certificate });
      }
      return headers["authorization"] === undefined
        ? { status: 401, headers: { "www-authenticate": "Basic" } }
        : { status: 200, headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } };
    });
    const credential = {
      username: "AWS",
      password: new Secret(SECRET),
      key: "docker.io",
      provider: "ecr-credential-provider",
      serviceAccount: undefined,
    };
    const steps = await registrySteps(
      {
        image,
        credentials: [credential],
        providers: [provider([`--registry=docker.io=${target}`])],
        env: {},
        tokenHosts: [],
        route: { runtime: "containerd", endpoints, blocked: undefined, unseen: [] },
        trust,
      },
      { transport, clock: systemClock },
    );
    return {
      steps,
      sent: transport.sent.map(({ url }) => url),
      authorities: transport.sent.map(({ tls }) => tls?.ca),
    };
  };

  test("the mapping's target is contacted, with the path that the container runtime uses", async () => {
    const { steps, sent } = await ask([
      endpoint(target, { path: "/v2/docker-hub" }),
      endpoint("registry-1.docker.io", { isRegistry: true }),
    ]);
    assert.deepEqual(
      new Set(sent),
      new Set([`https://${target}/v2/docker-hub/library/nginx/manifests/1.27`]),
    );
    assert.equal(steps.find(({ name }) => name === "manifest")?.status, "ok");
  });

  test("a mirror of another owner and an unencrypted one are not contacted, and are listed", async () => {
    const { steps, sent } = await ask([
      endpoint("mirror.example"),
      endpoint(target, { scheme: "http" }),
      endpoint("registry-1.docker.io", { isRegistry: true }),
    ]);
    assert.deepEqual(sent, []);
    const [step] = steps;
    assert.equal(step?.status, "warning");
    assert.ok(
      step?.details.some(({ message }) =>
        message.startsWith("mirror.example is not contacted: the credential is not for it"),
      ),
    );
    assert.ok(step?.details.some(({ message }) => message.includes("it is not encrypted")));
  });

  test("cluster 5: certificates are checked with the runtime's CAs and those of the host's hosts.toml", async () => {
    const own = { caFiles: ["/etc/containerd/certs.d/docker.io/ca.pem"], clients: [], skipVerify: false };
    const { authorities, steps } = await ask([endpoint(target, { tls: own })], {
      trust: (caFiles) => ({ pem: `runtime's and ${caFiles.join()}`, problems: ["SSL_CERT_DIR=/gone"] }),
    });
    assert.deepEqual(
      new Set(authorities),
      new Set(["runtime's and /etc/containerd/certs.d/docker.io/ca.pem"]),
    );
    assert.ok(steps[0]?.details.some(({ message }) => message === "SSL_CERT_DIR=/gone"));
  });

  for (const [what, tls, status, message, fix] of [
    [
      "a CA that the runtime does not trust",
      {},
      "failed",
      /is refused/,
      /to containerd's configuration for 2109/,
    ],
    [
      "skip_verify",
      { skipVerify: true },
      "warning",
      /containerd is configured not to check it/,
      /configure the registry's CA/,
    ],
    [
      "a client's certificate",
      { clients: [{ certificate: "/c.pem", key: undefined }] },
      "warning",
      /containerd sends a client certificate/,
      /crictl pull/,
    ],
  ] as const) {
    test(`a certificate that is rejected: ${what}`, async () => {
      const { steps } = await ask(
        [endpoint(target, { tls: { caFiles: [], clients: [], skipVerify: false, ...tls } })],
        { certificate: "unknown-issuer" },
      );
      assert.equal(steps[0]?.status, status);
      assert.match(steps[0]?.message ?? "", message);
      assert.match(steps[0]?.fix ?? "", fix);
    });
  }
});
