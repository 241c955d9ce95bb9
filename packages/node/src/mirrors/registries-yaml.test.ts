import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { temporary } from "../testing/temporary.ts";
import { manifestUrl, type Route } from "./endpoint.ts";
import { registriesRoute } from "./registries-yaml.ts";

const NGINX = { host: "docker.io", repository: "library/nginx" };
const HUB = "https://registry-1.docker.io/v2/library/nginx/manifests/1";

function route(text: string | undefined, image = NGINX, mirrorsOnly = false): Route {
  using place = temporary();
  if (text !== undefined) place.write("etc/rancher/k3s/registries.yaml", text);
  const files = rootedFiles(nodeFiles, place.path);
  return registriesRoute(files, { path: "/etc/rancher/k3s/registries.yaml", mirrorsOnly }, image);
}

const urls = ({ endpoints }: Route) => endpoints.map((one) => manifestUrl(one, "1"));

const CASES: readonly (readonly [
  what: string,
  file: string | undefined,
  expected: readonly string[],
  image?: { readonly host: string; readonly repository: string },
])[] = [
  ["no file", undefined, [HUB]],
  ["an empty file", "", [HUB]],
  ["a mirror of another host", 'mirrors: {quay.io: {endpoint: ["https://m.example"]}}', [HUB]],
  [
    "mirrors in their order, then the registry",
    'mirrors:\n  docker.io:\n    endpoint: ["https://a.example:5000", b.example]\n',
    [
      "https://a.example:5000/v2/library/nginx/manifests/1?ns=docker.io",
      "https://b.example/v2/library/nginx/manifests/1?ns=docker.io",
      HUB,
    ],
  ],
  [
    "rewrites of a mirror, none for the registry",
    'mirrors: {docker.io: {endpoint: ["https://m.example"], rewrite: {"^library/(.*)": "proxy/hub/$1"}}}',
    ["https://m.example/v2/proxy/hub/nginx/manifests/1?ns=docker.io", HUB],
  ],
  [
    "the first rewrite in order of its pattern",
    'mirrors: {docker.io: {endpoint: [m.example], rewrite: {"^library/nginx": "b", "^library": "a"}}}',
    ["https://m.example/v2/a/nginx/manifests/1?ns=docker.io", HUB],
  ],
  [
    "a path in the endpoint overrides /v2",
    'mirrors: {docker.io: {endpoint: ["https://m.example/v2/hub/"]}}',
    ["https://m.example/v2/hub/library/nginx/manifests/1?ns=docker.io", HUB],
  ],
  [
    "* where the host has no mirror",
    'mirrors: {"*": {endpoint: ["http://all.example:5000"]}, quay.io: {endpoint: [q.example]}}',
    ["http://all.example:5000/v2/library/nginx/manifests/1?ns=docker.io", HUB],
  ],
  [
    "configs of the host hide *",
    'mirrors: {"*": {endpoint: [all.example]}}\nconfigs: {docker.io: {auth: {username: u, password: p}}}\n',
    [HUB],
  ],
  [
    "the registry itself as the last mirror is used once",
    'mirrors: {docker.io: {endpoint: [m.example, "https://registry-1.docker.io"]}}',
    ["https://m.example/v2/library/nginx/manifests/1?ns=docker.io", HUB],
  ],
  [
    "the same mirror twice",
    "mirrors: {docker.io: {endpoint: [m.example, https://m.example/v2]}}",
    ["https://m.example/v2/library/nginx/manifests/1?ns=docker.io", HUB],
  ],
  [
    "a mirror on this machine over HTTP, on another port",
    'mirrors: {docker.io: {endpoint: ["localhost:5000", "127.0.0.1"]}}',
    [
      "http://localhost:5000/v2/library/nginx/manifests/1?ns=docker.io",
      "https://127.0.0.1/v2/library/nginx/manifests/1?ns=docker.io",
      HUB,
    ],
  ],
  [
    "a host with a port",
    'mirrors: {"r.example:5000": {endpoint: ["https://m.example"]}}',
    ["https://m.example/v2/a/manifests/1?ns=r.example%3A5000", "https://r.example:5000/v2/a/manifests/1"],
    { host: "r.example:5000", repository: "a" },
  ],
  ["invalid URLs are ignored", 'mirrors: {docker.io: {endpoint: ["https://a b"]}}', [HUB]],
];

test("registries.yaml of k3s and RKE2, as they convert it to containerd's files", () => {
  for (const [what, file, expected, image] of CASES) {
    assert.deepEqual(urls(route(file, image)), expected, what);
  }
});

test("TLS settings and credentials of an endpoint, under either name of Docker Hub", () => {
  const { endpoints } = route(`mirrors:
  docker.io:
    endpoint: ["https://m.example:5000"]
configs:
  "m.example:5000":
    auth: {username: u, password: p}
    tls: {ca_file: /ca.pem, cert_file: /c.pem, key_file: /k.pem}
  registry-1.docker.io:
    tls: {insecure_skip_verify: true}
`);
  const [mirror, own] = endpoints;
  assert.deepEqual(mirror?.tls, {
    caFiles: ["/ca.pem"],
    clients: [{ certificate: "/c.pem", key: "/k.pem" }],
    skipVerify: false,
  });
  assert.deepEqual([mirror?.hasOwnCredentials, own?.hasOwnCredentials], [true, false]);
  assert.equal(own?.tls.skipVerify, true);
  assert.equal(mirror?.source.label, "/etc/rancher/k3s/registries.yaml:3");
});

test("mirrors only, and a file that cannot be parsed", () => {
  const file = "mirrors: {docker.io: {endpoint: [m.example]}}";
  assert.equal(urls(route(file, NGINX, true)).length, 1);
  assert.equal(urls(route(file, NGINX, false)).length, 2);
  const broken = route("mirrors: [", NGINX);
  assert.match(broken.unseen.join(), /registries\.yaml cannot be read/);
});
