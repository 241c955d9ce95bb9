import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { bench, NOW } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { CheckDocument, ValidateDocument } from "./document.ts";
import { ignoreComments } from "./ignore-comments.ts";

const FILE = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: custom
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages:
      - "https://r.io"
`;
const FINE = FILE.replace("https://", "");

const documentOf = (stdout: string) => checkedDocument(stdout) as unknown as ValidateDocument;

test("several files and directories are several configurations; one with an error is enough to fail", async () => {
  using place = bench();
  writeFileSync(place.path("a.yaml"), FINE);
  writeFileSync(place.path("b.yaml"), FILE);
  mkdirSync(place.path("conf.d"));
  writeFileSync(place.path("conf.d/1.yaml"), FINE);
  const ran = await place.run(["validate", "a.yaml", "b.yaml", "conf.d", "gone.yaml", "-o", "json"]);
  assert.equal(ran.code, 1);
  const { configs, status } = documentOf(ran.stdout);
  assert.equal(status, "failed");
  assert.deepEqual(
    configs.map(({ config, accepted, findings }) => [config, accepted, findings.map(({ code }) => code)]),
    [
      ["a.yaml", true, []],
      ["b.yaml", true, ["scheme"]],
      ["conf.d", true, []],
      ["gone.yaml", false, ["unreadable"]],
    ],
  );
  assert.equal((await place.run(["validate", "a.yaml", "conf.d"])).code, 0);
});

test("standard input by each of its names, at most once", async () => {
  using place = bench();
  for (const name of ["-", "/dev/stdin", "/dev/fd/0"]) {
    const ran = await place.run(["validate", name, "-o", "json"], { stdin: FILE });
    const [config] = documentOf(ran.stdout).configs;
    assert.deepEqual(
      [config?.config, config?.findings.map(({ code, file }) => [code, file])],
      ["stdin", [["scheme", "stdin"]]],
    );
  }
  const twice = await place.run(["validate", "-", "-"], { stdin: FILE });
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /standard input can be read only once/);
  assert.equal((await place.run(["validate", "--fix", "-"], { stdin: FILE })).code, 2);
});

test("--fail-on changes only the exit code and the status", async () => {
  using place = bench();
  writeFileSync(place.path("warning.yaml"), FILE);
  writeFileSync(place.path("note.yaml"), FINE.replace("r.io", "r.io/team"));
  writeFileSync(place.path("error.yaml"), FINE.replace("kind: CredentialProviderConfig\n", ""));
  const codes: Readonly<Record<string, readonly number[]>> = {
    never: [0, 0, 0],
    error: [0, 0, 1],
    warning: [0, 1, 1],
    note: [1, 1, 1],
  };
  for (const [failOn, expected] of Object.entries(codes)) {
    const got = [];
    for (const file of ["note.yaml", "warning.yaml", "error.yaml"]) {
      got.push((await place.run(["validate", file, "--fail-on", failOn])).code);
    }
    assert.deepEqual(got, expected, failOn);
  }
});

test("comments ignore findings, and comments that ignore nothing are reported", async () => {
  using place = bench();
  const run = async (text: string) => {
    writeFileSync(place.path("c.yaml"), text);
    const [config] = documentOf((await place.run(["validate", "c.yaml", "-o", "json"])).stdout).configs;
    return [config?.findings.map(({ code }) => code), config?.ignored];
  };
  const item = '      - "https://r.io"';
  assert.deepEqual(await run(FILE.replace(item, `${item} # imagecred-ignore: scheme (a mirror of ours)`)), [
    [],
    1,
  ]);
  assert.deepEqual(await run(FILE.replace(item, `      # imagecred-ignore: scheme\n${item}`)), [[], 1]);
  assert.deepEqual(await run(`# imagecred-ignore-file: scheme\n${FILE}`), [[], 1]);
  assert.deepEqual(await run(FILE.replace(item, `${item} # imagecred-ignore: upper-case`)), [
    ["scheme", "unused-ignore"],
    0,
  ]);
  assert.deepEqual(await run(FILE.replace(item, `${item} # imagecred-ignore: shceme`)), [
    ["scheme", "unused-ignore"],
    0,
  ]);
  assert.deepEqual(
    await run(FILE.replace("r.io", "r.io # imagecred-ignore: scheme")),
    [["scheme", "query"], 0],
    "within quotes",
  );
  const refused = FILE.replace("kind: ", "# imagecred-ignore-file: missing-kind\n# ");
  assert.deepEqual((await run(refused))[0], ["missing-kind", "unused-ignore"], "the kubelet's checks stay");
});

test("where comments begin", () => {
  const named = (line: string) => ignoreComments(line).named.map(({ code, column }) => [code, column]);
  assert.deepEqual(named("a: b # imagecred-ignore: x"), [["x", 6]]);
  assert.deepEqual(named("a: b# imagecred-ignore: x"), []);
  assert.deepEqual(named("a: 'it''s' # imagecred-ignore: x, y"), [
    ["x", 12],
    ["y", 12],
  ]);
  assert.deepEqual(named('a: "\\" # imagecred-ignore: x"'), []);
  assert.deepEqual(named("a: it's # imagecred-ignore: x"), [["x", 9]]);
});

test("--fix applies unambiguous fixes, writes a backup, and keeps mode and comments", async () => {
  using place = bench();
  const text = FILE.replace('- "https', '# ours\n      - "https').replace(
    '      - "https://r.io"\n',
    '      - "https://r.io"\n      - "r.io"\n      - "r.io/team"\n',
  );
  writeFileSync(place.path("c.yaml"), text);
  chmodSync(place.path("c.yaml"), 0o640);
  const ran = await place.run(["validate", "--fix", "c.yaml", "-o", "json"]);
  const { fixed, configs } = documentOf(ran.stdout);
  const time = new Date(NOW).toISOString().replace(/[-:]|\.\d+/g, "");
  assert.deepEqual(
    fixed.map(({ backup }) => backup.slice(backup.lastIndexOf("/") + 1)),
    [`c.yaml.${time}.bak`],
  );
  assert.deepEqual(
    configs[0]?.findings.filter(({ severity }) => severity !== "note"),
    [],
  );
  assert.equal(
    readFileSync(place.path("c.yaml"), "utf8"),
    text.replace('      - "https://r.io"\n', "").replace('      - "r.io/team"\n', ""),
  );
  assert.equal(readFileSync(place.path(`c.yaml.${time}.bak`), "utf8"), text);
  assert.equal(statSync(place.path("c.yaml")).mode & 0o777, 0o640);
  const again = documentOf((await place.run(["validate", "--fix", "c.yaml", "-o", "json"])).stdout);
  assert.deepEqual(again.fixed, []);
  assert.deepEqual(readdirSync(place.root).sort(), ["c.yaml", `c.yaml.${time}.bak`]);
});

test("--explain accepts every code, and suggests one for a misspelt code", async () => {
  using place = bench();
  const lint = checkedDocument(
    (await place.run(["validate", "--explain", "too-wide", "-o", "json"])).stdout,
  ) as unknown as CheckDocument;
  assert.deepEqual([lint.kind, lint.source, lint.severity], ["Check", "lint", "warning"]);
  const human = await place.run(["validate", "--explain", "unknown-field"]);
  assert.equal(human.code, 0);
  assert.match(human.stdout, /^unknown-field \(error, a check of the kubelet\)/);
  const wrong = await place.run(["validate", "--explain", "to-wide"]);
  assert.deepEqual([wrong.code, /did you mean too-wide\?/.test(wrong.stderr)], [2, true]);
});

test("an unknown version is rejected, and the version that is checked is shown", async () => {
  using place = bench();
  writeFileSync(place.path("c.yaml"), FINE);
  for (const version of ["1.99", "1.38", "1.25", "2.0"]) {
    const ran = await place.run(["validate", "c.yaml", "--kubernetes-version", version]);
    assert.equal(ran.code, 2, version);
    assert.match(ran.stderr, /--kubernetes-version/);
  }
  assert.match(
    (await place.run(["validate", "c.yaml"])).stdout,
    /Kubelet 1\.37 \(the newest known; .*\) accepts it/,
  );
  assert.match(
    (await place.run(["validate", "c.yaml", "--kubernetes-version", "1.33"])).stdout,
    /Kubelet 1\.33 accepts it/,
  );
});

test("a file that only this user cannot read is not an error of the kubelet", {
  skip: process.geteuid?.() === 0 ? "root reads everything" : false,
}, async () => {
  using place = bench();
  writeFileSync(place.path("c.yaml"), FINE);
  chmodSync(place.path("c.yaml"), 0);
  const ran = await place.run(["validate", "c.yaml", "-o", "json"], { userId: 1000 });
  const [config] = documentOf(ran.stdout).configs;
  assert.equal(config?.accepted, null);
  assert.match(config?.findings[0]?.fix ?? "", /sudo/);
});

test("10,000 patterns of each kind are checked in linear time", async () => {
  const kinds: Readonly<Record<string, (index: number) => string>> = {
    accounts: (index) => `${100_000_000_000 + index}.dkr.ecr.eu-west-1.amazonaws.com`,
    foreign: (index) => `host-${index}.example.com`,
    slips: (index) => `${100_000_000_000 + index}.dkr.ecr.eu-west-1.amazonaws.con`,
    paths: (index) => `public.ecr.aws/team-${index}/`,
    same: () => "public.ecr.aws",
    wildcards: (index) => `*-${index}.dkr.ecr.*.amazonaws.com`,
  };
  for (const [kind, make] of Object.entries(kinds)) {
    const cpu = async (number: number) => {
      using place = bench();
      const list = Array.from({ length: number }, (_, index) => `      - "${make(index)}"\n`).join("");
      writeFileSync(
        place.path("c.yaml"),
        FINE.replace("custom", "ecr-credential-provider").replace(/ {6}- .*\n/, list),
      );
      const before = process.cpuUsage();
      await place.run(["validate", "c.yaml", "-o", "json"]);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    await cpu(1000);
    const [few, many] = [await cpu(2000), await cpu(10_000)];
    // Five times as many patterns: comparing all pairs would be twenty-five times the work.
    assert.ok(
      many < few * 15 + 500,
      `${kind}: ${few.toFixed(0)} ms for 2,000, ${many.toFixed(0)} ms for 10,000`,
    );
  }
});
