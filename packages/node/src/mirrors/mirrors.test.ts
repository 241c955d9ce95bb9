import assert from "node:assert/strict";
import { test } from "node:test";
import type { Files } from "../files/files.ts";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { type Temporary, temporary } from "../testing/temporary.ts";
import { containerdRoute, readContainerd } from "./containerd.ts";
import { manifestUrl, type Route } from "./endpoint.ts";
import { crioRoute } from "./registries-conf.ts";

const NGINX = { host: "docker.io", repository: "library/nginx" };

function tree(files: Readonly<Record<string, string>>): Temporary & { readonly files: Files } {
  const place = temporary();
  for (const [path, content] of Object.entries(files)) place.write(path, content);
  return { ...place, files: rootedFiles(nodeFiles, place.path), [Symbol.dispose]: place[Symbol.dispose] };
}

function containerd(files: Readonly<Record<string, string>>, image = NGINX): Route {
  using place = tree(files);
  return containerdRoute(place.files, readContainerd(place.files, "/etc/containerd/config.toml"), image);
}

const urls = (route: Route, reference = "1.27") => route.endpoints.map((one) => manifestUrl(one, reference));

const ROOT =
  'version = 3\n[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/etc/containerd/certs.d"\n';
const HOSTS = "etc/containerd/certs.d/docker.io/hosts.toml";

test("docker.io through an ECR pull-through cache", () => {
  const route = containerd({
    "etc/containerd/config.toml": ROOT,
    [HOSTS]: `server = "https://registry-1.docker.io"

[host."https://210987654321.dkr.ecr.us-west-2.amazonaws.com/v2/docker-hub"]
  capabilities = ["pull", "resolve"]
  override_path = true
  ca = "ca.pem"
`,
  });
  assert.deepEqual(urls(route), [
    "https://210987654321.dkr.ecr.us-west-2.amazonaws.com/v2/docker-hub/library/nginx/manifests/1.27?ns=docker.io",
    "https://registry-1.docker.io/v2/library/nginx/manifests/1.27",
  ]);
  const [mirror, server] = route.endpoints;
  assert.deepEqual([mirror?.isRegistry, server?.isRegistry], [false, true]);
  assert.deepEqual(mirror?.tls.caFiles, ["/etc/containerd/certs.d/docker.io/ca.pem"]);
  assert.equal(mirror?.source.label, "/etc/containerd/certs.d/docker.io/hosts.toml:3");
});

test("_default on an isolated network", () => {
  const route = containerd(
    {
      "etc/containerd/config.toml": ROOT,
      "etc/containerd/certs.d/_default/hosts.toml": 'server = "https://bootstrap.example:5000"\n',
    },
    { host: "mcr.microsoft.com", repository: "oss/kubernetes/pause" },
  );
  assert.deepEqual(urls(route), [
    "https://bootstrap.example:5000/v2/oss/kubernetes/pause/manifests/1.27?ns=mcr.microsoft.com",
  ]);
});

test("without settings: the registry itself, and containerd 2's usual directories", () => {
  assert.deepEqual(urls(containerd({})), ["https://registry-1.docker.io/v2/library/nginx/manifests/1.27"]);
  const files = { [HOSTS]: '[host."https://m.example"]\n' };
  assert.equal(urls(containerd(files)).length, 2);
  assert.equal(urls(containerd({ ...files, "etc/containerd/config.toml": "version = 2\n" })).length, 1);
});

test("a file that containerd cannot parse is ignored and reported", () => {
  const route = containerd({
    "etc/containerd/config.toml": ROOT,
    [HOSTS]: '[host."https://m.example"]\ncapabilities = ["pul"]\n',
    "etc/containerd/certs.d/docker.io/ca.crt": "",
  });
  assert.deepEqual(urls(route), ["https://registry-1.docker.io/v2/library/nginx/manifests/1.27"]);
  assert.deepEqual(route.endpoints[0]?.tls.caFiles, ["/etc/containerd/certs.d/docker.io/ca.crt"]);
  assert.match(route.unseen[0] ?? "", /hosts\.toml, because it cannot parse its https:\/\/m\.example/);
});

test("k3s and RKE2: rewrites of a mirror, none for the registry itself", () => {
  const route = containerd({
    "etc/containerd/config.toml": ROOT,
    [HOSTS]:
      '[host."https://m.example/v2"]\n[host."https://m.example/v2".rewrite]\n"^library/(.*)" = "hub/$1"\n',
  });
  assert.deepEqual(urls(route), [
    "https://m.example/v2/hub/nginx/manifests/1.27?ns=docker.io",
    "https://registry-1.docker.io/v2/library/nginx/manifests/1.27",
  ]);
});

test("a registry on this machine: HTTP on other ports, HTTPS first", () => {
  const [endpoint] = containerd({}, { host: "localhost:5000", repository: "a" }).endpoints;
  assert.deepEqual(
    [endpoint?.scheme, endpoint?.httpFallback, endpoint?.tls.skipVerify],
    ["https", true, true],
  );
});

test("the deprecated tables, of versions 1 and 2, with imports", () => {
  const mirrors = (plugin: string) => `[plugins.${plugin}.registry.mirrors."docker.io"]
  endpoint = ["https://m.example", "n.example/v2/p"]
[plugins.${plugin}.registry.mirrors."*"]
  endpoint = ["http://all.example:5000"]
[plugins.${plugin}.registry.configs."m.example".tls]
  ca_file = "/ca.pem"
  insecure_skip_verify = true
[plugins.${plugin}.registry.configs."m.example".auth]
  username = "u"
`;
  const v2 = { "etc/containerd/config.toml": `version = 2\n${mirrors('"io.containerd.grpc.v1.cri"')}` };
  const route = containerd(v2);
  assert.deepEqual(urls(route), [
    "https://m.example/v2/library/nginx/manifests/1.27?ns=docker.io",
    "https://n.example/v2/p/library/nginx/manifests/1.27?ns=docker.io",
    "https://registry-1.docker.io/v2/library/nginx/manifests/1.27",
  ]);
  const [first, second] = route.endpoints;
  assert.deepEqual(
    [first?.tls.caFiles, first?.tls.skipVerify, first?.hasOwnCredentials],
    [["/ca.pem"], true, true],
  );
  assert.equal(second?.hasOwnCredentials, false);
  assert.equal(first?.source.label, "/etc/containerd/config.toml:2");
  assert.deepEqual(urls(containerd(v2, { host: "quay.io", repository: "a" })), [
    "http://all.example:5000/v2/a/manifests/1.27?ns=quay.io",
    "https://quay.io/v2/a/manifests/1.27",
  ]);
  const v1 = {
    "etc/containerd/config.toml": 'imports = ["conf.d/*.toml"]\n',
    "etc/containerd/conf.d/a.toml": mirrors("cri"),
  };
  assert.equal(urls(containerd(v1))[0], "https://m.example/v2/library/nginx/manifests/1.27?ns=docker.io");
});

function crio(files: Readonly<Record<string, string>>, image = NGINX, isDigest = false): Route {
  using place = tree(files);
  return crioRoute(place.files, { ...image, isDigest });
}

const CONF = "etc/containers/registries.conf";

test("CRI-O: the longest prefix, mirrors by digest, files of the directory, blocked registries", () => {
  const files = {
    [CONF]: `[[registry]]
prefix = "docker.io"
location = "docker.io"
mirror-by-digest-only = true
[[registry.mirror]]
location = "m.example/hub"
insecure = true

[[registry]]
location = "bad.example"
blocked = true

[[registry]]
prefix = "*.corp.example"
[[registry.mirror]]
location = "m.example"
pull-from-mirror = "tag-only"
`,
    "etc/containers/registries.conf.d/10.conf":
      '[[registry]]\nprefix = "docker.io/library"\nlocation = "l.example:5000/x"\n',
  };
  assert.deepEqual(urls(crio(files)), ["https://l.example:5000/v2/x/nginx/manifests/1.27"]);
  const team = { host: "docker.io", repository: "team/app" };
  assert.deepEqual(urls(crio(files, team)), ["https://registry-1.docker.io/v2/team/app/manifests/1.27"]);
  const [mirror] = crio(files, team, true).endpoints;
  assert.ok(mirror !== undefined);
  assert.equal(manifestUrl(mirror, "sha256:1"), "https://m.example/v2/hub/team/app/manifests/sha256:1");
  assert.deepEqual(
    [mirror.httpFallback, mirror.tls.skipVerify, mirror.source.label],
    [true, true, "/etc/containers/registries.conf:1"],
  );
  const bad = crio(files, { host: "bad.example", repository: "a" });
  assert.deepEqual(
    [bad.endpoints, bad.blocked],
    [[], "/etc/containers/registries.conf:9 blocks bad.example"],
  );
  assert.deepEqual(urls(crio(files, { host: "a.corp.example", repository: "t/x" })), [
    "https://m.example/v2/t/x/manifests/1.27",
    "https://a.corp.example/v2/t/x/manifests/1.27",
  ]);
  assert.deepEqual(urls(crio({ [CONF]: "[[registry" }, team)).length, 1);
});
