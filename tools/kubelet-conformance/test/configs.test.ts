import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { checkRegistration } from "@imagecred/kubelet";
import { nodejsFileSystem } from "@imagecred/kubelet/nodejs";
import { crypto } from "@imagecred/protocol/runtime";
import { anyExecutable } from "@imagecred/workspace";
import { goMissing } from "../src/go-build.ts";
import { Scratch } from "../src/provider-config.ts";
import { EveryKubelet, NEWEST, RELEASES, type Release } from "../src/releases.ts";

const skip = goMissing() ?? false;
const imagecred = anyExecutable("imagecred");

const HEAD = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\n";
const provider = (lines: Record<string, string>) =>
  `${HEAD}providers:\n- ${Object.entries({
    name: "a",
    matchImages: '["r.io"]',
    defaultCacheDuration: "10m",
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    ...lines,
  })
    .filter(([, value]) => value !== "absent")
    .map(([key, value]) => `${key}: ${value}`)
    .join("\n  ")}\n`;
const tokens = (fields: string) => provider({ tokenAttributes: `{${fields}}` });

/** The executable where it is built, the package that it is made of otherwise. */
const predictor = imagecred === undefined ? "packages/kubelet" : "`imagecred validate`";

const TWICE = "the same name twice";

/** Mistakes of operators. The newest release rejects all of them. */
const BAD: Readonly<Record<string, string>> = {
  "an empty file": "",
  "no kind": "apiVersion: kubelet.config.k8s.io/v1\nproviders: []\n",
  "no apiVersion": "kind: CredentialProviderConfig\nproviders: []\n",
  "another kind": "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
  "a version that there is not": "apiVersion: kubelet.config.k8s.io/v2\nkind: CredentialProviderConfig\n",
  "no providers": `${HEAD}providers: []\n`,
  "a misspelt field": provider({ matchImage: '["r.io"]' }),
  "a field in the wrong case": provider({ MatchImages: '["r.io"]' }),
  "a key that appears twice": `${HEAD}providers: []\nproviders: []\n`,
  "a slash in the name": provider({ name: "bin/a" }),
  "a space in the name": provider({ name: "my plugin" }),
  "a name of two dots": provider({ name: '".."' }),
  [TWICE]: provider({}) + provider({}).slice(provider({}).indexOf("- ")),
  "no patterns": provider({ matchImages: "[]" }),
  "a pattern with a glob in the port": provider({ matchImages: '["r.io:*"]' }),
  "a pattern with braces": provider({ matchImages: '["{a,b}.io"]' }),
  "a pattern with a character class": provider({ matchImages: '["r[0-9].io"]' }),
  "no default duration": provider({ defaultCacheDuration: "absent" }),
  "a negative default duration": provider({ defaultCacheDuration: "-1m" }),
  "a duration in days": provider({ defaultCacheDuration: "1d" }),
  "a duration that is a number": provider({ defaultCacheDuration: "600" }),
  "no provider version": provider({ apiVersion: "absent" }),
  "a provider version that there is not": provider({ apiVersion: "credentialprovider.kubelet.k8s.io/v2" }),
  "arguments in one text": provider({ args: "--identity=pod" }),
  "env as a map": provider({ env: "{A: b}" }),
  "empty tokenAttributes": tokens(""),
  "tokenAttributes for 1.33": tokens("serviceAccountTokenAudience: aud, requireServiceAccount: true"),
  "a cache type that there is not": tokens(
    "serviceAccountTokenAudience: aud, requireServiceAccount: true, cacheType: Pod",
  ),
  "required annotations without a required account": tokens(
    "serviceAccountTokenAudience: aud, requireServiceAccount: false, cacheType: Token, requiredServiceAccountAnnotationKeys: [a/b]",
  ),
  "an annotation in both lists": tokens(
    "serviceAccountTokenAudience: aud, requireServiceAccount: true, cacheType: Token, requiredServiceAccountAnnotationKeys: [a/b], optionalServiceAccountAnnotationKeys: [a/b]",
  ),
  "an annotation that is not a name": tokens(
    'serviceAccountTokenAudience: aud, requireServiceAccount: true, cacheType: Token, requiredServiceAccountAnnotationKeys: ["a b/"]',
  ),
  "tokenAttributes with an older provider version": provider({
    apiVersion: "credentialprovider.kubelet.k8s.io/v1beta1",
    tokenAttributes: "{serviceAccountTokenAudience: aud, requireServiceAccount: true, cacheType: Token}",
  }),
};

describe("configurations that the kubelet rejects, and its messages", { skip }, () => {
  let scratch: Scratch;
  let kubelets: EveryKubelet;
  let binDir: string;

  before(async () => {
    scratch = await Scratch.make();
    binDir = join(scratch.path, "bin");
    await mkdir(binDir);
    await writeFile(join(binDir, "a"), "#!/bin/sh\n", { mode: 0o755 });
    kubelets = await EveryKubelet.start();
  });
  after(async () => {
    await kubelets[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  });

  async function refusal(release: Release, config: string, bin = binDir): Promise<string | null> {
    return (await kubelets.of(release).register(config, bin)).error;
  }

  /** The messages that packages/kubelet predicts for this release. Its gate for service account tokens was off in 1.33. */
  const predicted = (release: Release, config: string, bin = binDir) => {
    const options = {
      fileSystem: nodejsFileSystem,
      crypto,
      saTokens: release !== "1.33",
      kubernetesVersion: release,
    };
    return checkRegistration(config, bin, options).kubeletError ?? null;
  };

  for (const [what, content] of Object.entries(BAD)) {
    test(`${what}: rejected with the text that ${predictor} predicts`, async () => {
      const config = await scratch.write("config.yaml", content);
      const error = await refusal(NEWEST, config);
      assert.notEqual(error, null);
      assert.equal(predicted(NEWEST, config), error);
      if (imagecred === undefined) return;
      // The kubelet prints the whole file here, which may hold secrets; imagecred does not.
      const kubeletError = error?.replace(/(?<= is missing in ').*(?='$)/s, "…");
      assert.deepEqual(await validate(config), { exitCode: 1, accepted: false, kubeletError });
    });

    for (const release of RELEASES.slice(1)) {
      test(`${what}: the message of ${release} is predicted too`, async () => {
        const config = await scratch.write("config.yaml", content);
        // Before 1.33 a duplicate provider name is found only at registration, and the kubelet exits.
        if (what === TWICE && Number(release) < 1.33) {
          assert.equal(predicted(release, config), 'Credential provider "a" was registered twice');
          return assert.rejects(refusal(release, config), /the kubelet ends with exit code 255/);
        }
        assert.equal(decided(predicted(release, config)), decided(await refusal(release, config)));
      });
    }
  }

  for (const [what, setUp] of Object.entries<(dir: string) => Promise<string>>({
    "no directory of executables": async (dir) => join(dir, "nowhere"),
    "no executable": async (dir) => dir,
    "an executable that may not be executed": async (dir) => {
      await writeFile(join(dir, "a"), "#!/bin/sh\n", { mode: 0o644 });
      return dir;
    },
    "a directory in its place": async (dir) => {
      await mkdir(join(dir, "a"));
      return dir;
    },
    "a link to nowhere": async (dir) => {
      await symlink("nowhere", join(dir, "a"));
      return dir;
    },
    "a file instead of the directory": async (dir) => {
      await writeFile(join(dir, "file"), "");
      return join(dir, "file", "bin");
    },
  })) {
    for (const release of RELEASES) {
      test(`${what}: ${release}`, async () => {
        const dir = join(scratch.path, `${release} ${what}`);
        await mkdir(dir);
        await chmod(dir, 0o755);
        const bin = await setUp(dir);
        const config = await scratch.write("config.yaml", provider({}));
        assert.equal(predicted(release, config, bin), await refusal(release, config, bin));
      });
    }
  }

  for (const release of RELEASES) {
    test(`an empty name, which is the directory of executables itself: ${release}`, async () => {
      const config = await scratch.write("config.yaml", provider({ name: '""' }));
      assert.equal(predicted(release, config), await refusal(release, config));
    });
  }

  async function validate(config: string) {
    assert.ok(imagecred);
    const run = promisify(execFile)(imagecred, ["validate", "--output", "json", config], { env: {} });
    const { stdout, code } = await run.then(
      (done) => ({ ...done, code: 0 }),
      (failed: { stdout: string; code: number }) => failed,
    );
    const answer = JSON.parse(stdout) as {
      configs: readonly { accepted: boolean; kubeletError: string | null }[];
    };
    assert.equal(answer.configs.length, 1);
    const [{ accepted, kubeletError } = assert.fail("no configuration in the response")] = answer.configs;
    return { exitCode: code, accepted, kubeletError };
  }
});

/** Without the random parts: a Go map's order in the older releases' lists, and a line number of a build. */
function decided(text: string | null): string | null {
  return (
    text
      ?.replace(/(?<=supported values: )"[^,\]]*"(?:, "[^,\]]*")*/g, (values) =>
        values.split(", ").toSorted().join(", "),
      )
      .replace(/ in scheme "[^"]*"/, "") ?? null
  );
}
