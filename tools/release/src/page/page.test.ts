import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "@imagecred/workspace";
import { parse } from "yaml";
import { archiveName, assetName, directoryOf, FLAVORS, PROGRAMS } from "../assets.ts";
import { checksumList, sha256 } from "../checksums.ts";
import { changesOf } from "./changes.ts";
import { imageTags } from "./image-tags.ts";
import { scoopManifest } from "./managers/scoop.ts";
import { writePage } from "./write-page.ts";

const VERSION = "1.2.3";
const scratch = mkdtempSync(join(tmpdir(), "imagecred-page-"));
after(() => rmSync(scratch, { recursive: true }));

/** Writes files with their own path for content. */
function write(directory: string, paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), `content of ${path}\n`);
  }
}

/** A tree as {@link writeTree} makes it, of files that are small. */
function tree(directory: string, more: readonly string[] = []): void {
  const paths = FLAVORS.flatMap((flavor) =>
    PROGRAMS.flatMap((program) =>
      [assetName(program, flavor), archiveName(program, VERSION, flavor)].map(
        (name) => `${directoryOf(flavor)}/${name}`,
      ),
    ),
  );
  write(directory, [
    ...paths,
    "chart/imagecred-1.2.3.tgz",
    "image/index.json",
    "npm/imagecred-1.2.3.tgz",
    ...more,
  ]);
  const digests = paths.map((path) => [path, sha256(readFileSync(join(directory, path)))] as const);
  writeFileSync(join(directory, "SHA256SUMS"), checksumList(new Map(digests)));
  write(directory, ["linux/amd64/imagecred-linux-amd64.sha256"]);
}

describe("the release page", () => {
  const [source, flat] = [join(scratch, "tree"), join(scratch, "page", VERSION)];
  const read = (name: string) => readFileSync(join(flat, name), "utf8");

  before(() => {
    tree(source);
    writePage({ tree: source, version: VERSION, directory: flat, base: "https://dl.test/v1.2.3" });
  });

  test("is one directory that sha256sum checks, and what registries get is not in it", () => {
    const output = run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: flat });
    assert.match(output, /^ecr-credential-provider-linux-amd64: OK$/m);
    const listed = output
      .trim()
      .split("\n")
      .map((line) => line.replace(/: OK$/, ""));
    const others = readdirSync(flat).filter((name) => !listed.includes(name));
    assert.deepEqual(others.toSorted(), ["SHA256SUMS", "imagecred-linux-amd64.sha256"]);
    assert.equal(read("imagecred-1.2.3.tgz"), "content of chart/imagecred-1.2.3.tgz\n");
  });

  test("has the tree's own list, by which a mirror of the tree is checked", () => {
    assert.match(
      run("sha256sum", ["--check", join(flat, "SHA256SUMS.tree")], { cwd: source }),
      /linux\/amd64\/.*: OK/,
    );
  });

  test("two files of one name are refused", () => {
    const twice = join(scratch, "twice");
    tree(twice, ["docs/imagecred-linux-amd64"]);
    assert.throws(
      () => writePage({ tree: twice, version: VERSION, directory: join(scratch, "x", VERSION) }),
      /two files of the release are called imagecred-linux-amd64/,
    );
  });

  test("the notes link each executable with the checksum of that file", () => {
    const notes = readFileSync(join(scratch, "page", "NOTES.md"), "utf8");
    const rows = [
      ...notes.matchAll(/^\| \[([^\]]+)\]\(https:\/\/dl\.test\/v1\.2\.3\/\1\) \|.*\| `([0-9a-f]{64})` \|$/gm),
    ];
    assert.equal(rows.length, FLAVORS.length * PROGRAMS.length);
    for (const [, name = "", digest] of rows) assert.equal(digest, sha256(Buffer.from(read(name))), name);
    assert.match(notes, /\[zip\]\(https:\/\/dl\.test\/v1\.2\.3\/imagecred-1\.2\.3-windows-arm64\.zip\)/);
  });

  test("the notes' checksum lines work in a directory with the two files that they download", () => {
    const notes = readFileSync(join(scratch, "page", "NOTES.md"), "utf8");
    const [, script = ""] = /```sh\n(BASE=[\s\S]*?)```/.exec(notes) ?? [];
    const empty = mkdtempSync(join(scratch, "empty-"));
    // curl as a copy: what it would fetch is in the flat directory.
    const curl = `curl() { for url; do :; done; cp ${flat}/"\${url##*/}" .; }`;
    assert.equal(
      run("bash", ["-euc", `${curl}\n${script}`], { cwd: empty }),
      "ecr-credential-provider-linux-amd64: OK\n",
    );
    writeFileSync(join(empty, "ecr-credential-provider-linux-amd64"), "changed");
    assert.throws(() =>
      run("bash", ["-euc", "sha256sum --check --ignore-missing --strict SHA256SUMS"], { cwd: empty }),
    );
  });

  test("the krew manifest has the static and the Windows archives", () => {
    const { spec, metadata } = parse(read("imagecred.krew.yaml"));
    assert.equal(metadata.name, "imagecred");
    assert.equal(spec.version, "v1.2.3");
    assert.deepEqual(
      spec.platforms.map(({ selector, bin }: { selector: { matchLabels: object }; bin: string }) => [
        ...Object.values(selector.matchLabels),
        bin,
      ]),
      [
        ["linux", "amd64", "imagecred"],
        ["linux", "arm64", "imagecred"],
        ["windows", "amd64", "imagecred.exe"],
        ["windows", "arm64", "imagecred.exe"],
      ],
    );
    for (const { uri, sha256: digest } of spec.platforms)
      assert.equal(digest, sha256(Buffer.from(read(uri.replace("https://dl.test/v1.2.3/", "")))));
  });

  test("the Homebrew formula and the scoop manifest have their archives' checksums", () => {
    const formula = read("imagecred.rb");
    const urls = [...formula.matchAll(/url "https:\/\/dl\.test\/v1\.2\.3\/(.*)"\n +sha256 "(.*)"/g)];
    assert.equal(urls.length, 2);
    for (const [, name = "", digest] of urls) assert.equal(digest, sha256(Buffer.from(read(name))));
    const scoop = JSON.parse(read("imagecred.scoop.json"));
    assert.deepEqual(Object.keys(scoop.architecture), ["64bit", "arm64"]);
    for (const { url, hash } of Object.values(scoop.architecture) as { url: string; hash: string }[])
      assert.equal(hash, sha256(Buffer.from(read(url.replace("https://dl.test/v1.2.3/", "")))));
    assert.equal(
      scoop.autoupdate.architecture["64bit"].url,
      "https://dl.test/v$version/imagecred-$version-windows-amd64.zip",
    );
  });
});

/**
 * What Scoop's schema.json (ScoopInstaller/Scoop, master) says of the fields that we use; no registry carries the file. Its list of
 * architectures had no arm64 at first; Scoop's wiki ("App Manifests") has it.
 */
const SCOOP = {
  fields: ["architecture", "autoupdate", "bin", "checkver", "description", "homepage", "license", "version"],
  version: /^[\w\-.+_]+$/,
  architectures: ["32bit", "64bit", "arm64"],
  hash: /^([a-fA-F0-9]{64}|(sha1|sha256|sha512|md5):([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{128}))$/,
  hashPage: /^.*(\$url|\$baseurl).*$/,
};

test("the scoop manifest has the form that Scoop's schema asks for", () => {
  const sha256OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const manifest = JSON.parse(
    scoopManifest({
      base: "https://dl.test/v1.2.3",
      version: VERSION,
      digests: new Map(FLAVORS.map((flavor) => [archiveName("imagecred", VERSION, flavor), sha256OfNothing])),
    }),
  );
  assert.deepEqual(Object.keys(manifest).sort(), SCOOP.fields);
  assert.match(manifest.version, SCOOP.version);
  for (const [architecture, build] of Object.entries<{ url: string; hash: string }>(manifest.architecture)) {
    assert.ok(SCOOP.architectures.includes(architecture), architecture);
    assert.ok(URL.canParse(build.url) && !build.url.includes("$"), build.url);
    assert.match(build.hash, SCOOP.hash);
    assert.deepEqual(Object.keys(build).sort(), ["hash", "url"]);
    assert.deepEqual(Object.keys(manifest.autoupdate.architecture[architecture]), ["url"]);
  }
  assert.ok(URL.canParse(manifest.homepage) && URL.canParse(manifest.checkver.github));
  assert.ok(URL.canParse(manifest.autoupdate.hash.url) || SCOOP.hashPage.test(manifest.autoupdate.hash.url));
});

describe("the changes of a version", () => {
  const root = join(scratch, "changes");
  const changelog = (items: string) =>
    `# name\n\n## 1.2.3\n\n${items}\n\n## 1.2.2\n\n### Patch Changes\n\n- Of an older version.\n`;

  test("are those of its section, once for all packages, the largest first", () => {
    for (const [name, items] of Object.entries({
      cli: "### Patch Changes\n\n- 0123abc: A fix\n  in two lines.\n- Updated dependencies\n  - @imagecred/protocol@1.2.3",
      ecr: "### Minor Changes\n\n- 89abcde: Features:\n  - one\n    in two lines\n  - two\n\n### Patch Changes\n\n- 0123abc: A fix\n  in two lines.",
    })) {
      mkdirSync(join(root, "packages", name), { recursive: true });
      writeFileSync(join(root, "packages", name, "CHANGELOG.md"), changelog(items));
    }
    assert.deepEqual(changesOf("1.2.3", root), [
      { title: "Minor changes", items: ["Features:\n- one in two lines\n- two"] },
      { title: "Fixes", items: ["A fix in two lines."] },
    ]);
  });

  test("are the changesets where no changelog has the version yet", () => {
    const before = join(scratch, "pending");
    mkdirSync(join(before, ".changeset"), { recursive: true });
    writeFileSync(
      join(before, ".changeset/a.md"),
      `---\n"@imagecred/cli": patch\n"@imagecred/ecr": minor\n---\n\nOne line,\nand another.\n\n- An item\n  of two lines.\n- Another.\n`,
    );
    assert.deepEqual(changesOf("1.2.4", before), [
      {
        title: "Minor changes",
        items: ["One line, and another.\n\n- An item of two lines.\n- Another."],
      },
    ]);
  });
});

test("an image's tags: the version, and what follows fixes and features", () => {
  assert.deepEqual(imageTags("1.2.3"), ["1.2.3", "1.2", "1"]);
  assert.deepEqual(imageTags("2.0.0-rc.1"), ["2.0.0-rc.1"]);
});
