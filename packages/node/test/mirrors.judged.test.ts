/** Compares with the code of containerd and containers/image on the same generated files. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { CACHE, notInstalled } from "@imagecred/workspace";
import fc from "fast-check";
import { nodeFiles } from "../src/files/nodejs.ts";
import { rootedFiles } from "../src/files/rooted-files.ts";
import { containerdRoute, readContainerd } from "../src/mirrors/containerd.ts";
import type { Endpoint } from "../src/mirrors/endpoint.ts";
import { crioRoute } from "../src/mirrors/registries-conf.ts";
import { temporary } from "../src/testing/temporary.ts";

const SOURCES = join(import.meta.dirname, "go-mirror-judge");

interface Answer {
  readonly endpoints:
    | readonly {
        readonly scheme: string;
        readonly host: string;
        readonly path: string;
        readonly capabilities: readonly string[] | null;
        readonly skipVerify: boolean;
        readonly fallback: boolean;
      }[]
    | null;
  readonly blocked: boolean;
  readonly error?: string;
}

/** Built once per version of its sources; takes some minutes with an empty cache. @throws {Error} with the compiler's output */
function judge(): string {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(readFileSync(join(SOURCES, file)));
  const path = join(CACHE, "mirror-judge", hash.digest("hex").slice(0, 32), "mirror-judge");
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const tags = "-tags=containers_image_openpgp,exclude_graphdriver_btrfs";
  const built = spawnSync(
    "nice",
    ["go", "build", tags, "-mod=readonly", "-buildvcs=false", "-o", unfinished, "."],
    {
      cwd: SOURCES,
      encoding: "utf8",
    },
  );
  if (built.status !== 0) throw new Error(`building ${SOURCES}: ${built.stderr}`);
  renameSync(unfinished, path);
  return path;
}

function ask(questions: readonly object[]): readonly Answer[] {
  const input = questions.map((one) => `${JSON.stringify(one)}\n`).join("");
  const output = execFileSync(judge(), {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
    maxBuffer: 1 << 26,
  });
  return output
    .trim()
    .split("\n")
    .map((line): Answer => JSON.parse(line));
}

const skip = notInstalled("go") ?? false;

const url = fc.constantFrom(
  "https://m.example",
  "https://m.example:5000/",
  "http://m.example:5000",
  "http://m.example:80/v2",
  "https://m.example/v2/project",
  "https://m.example/project/../x//y/",
  "m.example",
  "m.example:5000/v2/",
  "https://docker.io",
  "http://127.0.0.1:30500",
);
const setting = fc.constantFrom(
  'capabilities = ["pull"]',
  'capabilities = ["Resolve", "pull"]',
  'capabilities = ["push"]',
  'capabilities = ["pull", "nonsense"]',
  "override_path = true",
  "skip_verify = true",
  "skip_verify = false",
  'skip_verify = "yes"',
  'dial_timeout = "5s"',
);
const settings = fc.uniqueArray(setting, { maxLength: 3, selector: (one) => one.split(" ")[0] });
const table = fc.tuple(url, settings).map(([name, lines]) => [`[host."${name}"]`, ...lines].join("\n  "));
const hostsToml = fc
  .tuple(
    fc.option(url),
    settings,
    fc.uniqueArray(table, { maxLength: 3, selector: (one) => one.split("\n")[0] }),
  )
  .map(([server, lines, tables]) =>
    [...(server === null ? [] : [`server = "${server}"`]), ...lines, ...tables, ""].join("\n"),
  );
const HOSTS = [
  "docker.io",
  "registry.example",
  "registry.example:5000",
  "localhost:5000",
  "127.0.0.1",
  "localhost:443",
];

test("containerd: endpoints, paths, capabilities and checks of certificates", {
  skip,
  timeout: 1_200_000,
}, () => {
  const cases = fc.sample(
    fc.record({
      image: fc.constantFrom(...HOSTS),
      directory: fc.constantFrom("", ...HOSTS, "registry.example_5000_", "localhost_5000_", "_default"),
      hosts: hostsToml,
    }),
    400,
  );
  using place = temporary();
  const roots = cases.map(({ directory, hosts }, index) => {
    const file = place.write(`${index}/certs.d/${directory === "" ? "none" : directory}/hosts.toml`, hosts);
    place.write(
      `${index}/etc/containerd/config.toml`,
      'version = 3\n[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/certs.d"\n',
    );
    return dirname(dirname(file));
  });
  const answers = ask(
    cases.map(({ image }, index) => ({ runtime: "containerd", directory: roots[index], image })),
  );
  for (const [index, { image, ...told }] of cases.entries()) {
    const files = rootedFiles(nodeFiles, join(place.path, String(index)));
    const configuration = readContainerd(files, "/etc/containerd/config.toml");
    const route = containerdRoute(files, configuration, { host: image, repository: "a" });
    const theirs = answers[index];
    if (theirs?.error !== undefined) continue;
    assert.deepEqual(
      route.endpoints.map(shown),
      (theirs?.endpoints ?? []).map(({ capabilities, ...one }) => ({
        ...one,
        capabilities: capabilities ?? [],
      })),
      JSON.stringify({ image, ...told }, undefined, 1),
    );
  }
});

function shown({ scheme, host, path, capabilities, tls, httpFallback: fallback }: Endpoint) {
  return { scheme, host, path, skipVerify: tls.skipVerify && !fallback, fallback, capabilities };
}

const location = fc.constantFrom(
  "m.example",
  "m.example:5000/x",
  "n.example/y/",
  "docker.io",
  "registry.example",
);
const mirror = fc
  .tuple(location, fc.option(fc.constantFrom("all", "digest-only", "tag-only")), fc.boolean())
  .map(([where, pull, insecure]) =>
    [
      "[[registry.mirror]]",
      `location = "${where}"`,
      ...(pull === null ? [] : [`pull-from-mirror = "${pull}"`]),
      ...(insecure ? ["insecure = true"] : []),
    ].join("\n"),
  );
const registry = fc
  .record({
    prefix: fc.option(
      fc.constantFrom(
        "docker.io",
        "docker.io/library",
        "*.example",
        "registry.example:5000",
        "registry.example/team",
      ),
    ),
    where: location,
    blocked: fc.boolean().map((one) => one && Math.random() < 0.3),
    mirrors: fc.array(mirror, { maxLength: 2 }),
  })
  .map(({ prefix, where, blocked, mirrors }) =>
    [
      "[[registry]]",
      ...(prefix === null ? [] : [`prefix = "${prefix}"`]),
      `location = "${where}"`,
      ...(blocked ? ["blocked = true"] : []),
      ...mirrors,
    ].join("\n"),
  );
const registriesConf = fc.array(registry, { maxLength: 3 }).map((all) => `${all.join("\n\n")}\n`);
const IMAGES = [
  ["docker.io", "library/nginx"],
  ["docker.io", "team/app"],
  ["registry.example", "team/app"],
  ["registry.example:5000", "team/app"],
  ["a.b.example", "app"],
] as const;

test("CRI-O: repositories and locations", { skip, timeout: 1_200_000 }, () => {
  const cases = fc.sample(
    fc.record({
      image: fc.constantFrom(...IMAGES),
      isDigest: fc.boolean(),
      main: registriesConf,
      dropIn: fc.option(registriesConf),
    }),
    400,
  );
  using place = temporary();
  const directories = cases.map(({ main, dropIn }, index) => {
    const file = place.write(`${index}/etc/containers/registries.conf`, main);
    if (dropIn !== null) place.write(`${index}/etc/containers/registries.conf.d/10.conf`, dropIn);
    return dirname(file);
  });
  const answers = ask(
    cases.map(({ image: [host, repository], isDigest }, index) => ({
      runtime: "crio",
      directory: directories[index],
      image: `${host}/${repository}${isDigest ? `@sha256:${"0".repeat(64)}` : ":v1"}`,
    })),
  );
  let compared = 0;
  for (const [
    index,
    {
      image: [host, repository],
      isDigest,
      ...told
    },
  ] of cases.entries()) {
    const theirs = answers[index];
    // containers/image rejects a file with two contradictory settings; CRI-O does not start with it.
    if (theirs === undefined || theirs.error !== undefined) continue;
    compared += 1;
    const route = crioRoute(rootedFiles(nodeFiles, join(place.path, String(index))), {
      host,
      repository,
      isDigest,
    });
    assert.deepEqual(
      [route.endpoints.map(named), route.blocked !== undefined],
      [
        (theirs.endpoints ?? []).map(({ host: at, path, skipVerify }) => ({ host: at, path, skipVerify })),
        theirs.blocked,
      ],
      JSON.stringify({ host, repository, isDigest, ...told }, undefined, 1),
    );
  }
  assert.ok(compared > cases.length / 3, `${compared} of ${cases.length} were compared`);
});

function named({ host, repository, tls }: Endpoint) {
  return {
    host: host === "registry-1.docker.io" ? "docker.io" : host,
    path: repository,
    skipVerify: tls.skipVerify,
  };
}
