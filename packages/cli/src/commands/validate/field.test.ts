/** Wrong advice that `validate` gave in the field, with the right one and the result of its edits. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { edited } from "../../testing/edited.ts";
import { bench } from "../../testing/run.ts";
import type { CheckedConfig, ValidateDocument } from "./document.ts";

interface FieldCase {
  /** The mistake, as it is in a configuration. */
  readonly entry: string;
  readonly name?: string;
  readonly lines: readonly string[];
  readonly version?: string;
  readonly args?: readonly string[];
  readonly code: string;
  readonly fix: RegExp;
  /** Text in the file after the fix. */
  readonly fixed?: RegExp;
}

const ECR = "ecr-credential-provider";
const TOKEN = ["tokenAttributes:", "  serviceAccountTokenAudience: a", "  requireServiceAccount: false"];

const CASES: readonly FieldCase[] = [
  {
    entry: 'matchImages: ["*.amazonaws.com"]',
    name: ECR,
    lines: ['matchImages: ["*.amazonaws.com"]'],
    code: "foreign-registry",
    fix: /\* stands for one label: write "\*\.dkr\.ecr\.\*\.amazonaws\.com"/,
    fixed: /"\*\.dkr\.ecr\.\*\.amazonaws\.com"/,
  },
  {
    entry: 'matchImages: ["*"]',
    name: ECR,
    lines: ['matchImages: ["*"]'],
    code: "foreign-registry",
    fix: /\* stands for one label: write "\*\.dkr\.ecr\.\*\.amazonaws\.com"/,
    fixed: /"\*\.dkr\.ecr\.\*\.amazonaws\.com"/,
  },
  {
    entry: "ECR patterns under name: acr-credential-provider",
    name: "acr-credential-provider",
    lines: ['matchImages: ["*.dkr.ecr.*.amazonaws.com"]'],
    code: "wrong-plugin",
    fix: /^write "ecr-credential-provider"$/,
    fixed: /name: ecr-credential-provider/,
  },
  {
    entry: "nginx",
    name: ECR,
    lines: ['matchImages: ["public.ecr.aws", "nginx"]'],
    code: "short-name",
    fix: /such images are on Docker Hub, for which Amazon ECR has no credentials/,
    fixed: /\["public\.ecr\.aws"\]/,
  },
  {
    entry: "requireServiceAccount: false with required keys",
    lines: [
      'matchImages: ["r.io"]',
      ...TOKEN,
      "  cacheType: Token",
      "  requiredServiceAccountAnnotationKeys: [example.com/role]",
    ],
    version: "1.34",
    code: "forbidden",
    fix: /set requireServiceAccount: true, or move the keys to optionalServiceAccountAnnotationKeys/,
    fixed: /requireServiceAccount: true/,
  },
  {
    entry: "cacheType for 1.33",
    lines: ['matchImages: ["r.io"]', ...TOKEN, "  cacheType: Token"],
    version: "1.33",
    args: ["--feature-gates", "KubeletServiceAccountTokenForCredentialProviders=true"],
    code: "unknown-field",
    fix: /^remove it: cacheType exists since 1\.34/,
  },
  {
    entry: "defaultCacheDuration: 6",
    lines: ['matchImages: ["r.io"]', "defaultCacheDuration: 6"],
    code: "wrong-type",
    fix: /"6h"/,
    fixed: /defaultCacheDuration: "6h"/,
  },
  {
    entry: 'args: "--x"',
    lines: ['matchImages: ["r.io"]', 'args: "--x"'],
    code: "wrong-type",
    fix: /^write \["--x"\]$/,
    fixed: /args: \["--x"\]/,
  },
  {
    entry: "env: {A: b}",
    lines: ['matchImages: ["r.io"]', "env: {A: b}"],
    code: "wrong-type",
    fix: /^write \[\{name: "A", value: "b"\}\]$/,
    fixed: /env: \[\{name: "A", value: "b"\}\]/,
  },
  {
    entry: "env as a block of lines",
    lines: ['matchImages: ["r.io"]', "env:", "  A: b", "  C: d"],
    code: "wrong-type",
    fix: /name: "C"/,
    fixed: /env: \[\{name: "A", value: "b"\}, \{name: "C", value: "d"\}\]/,
  },
  {
    entry: "a pattern without quotes that begins with *",
    lines: ["matchImages:", "- *.r.io"],
    code: "yaml-syntax",
    fix: /put "\*\.r\.io" in quotes/,
    fixed: /- "\*\.r\.io"/,
  },
  {
    entry: "keys in both lists",
    lines: [
      'matchImages: ["r.io"]',
      "tokenAttributes:",
      "  serviceAccountTokenAudience: a",
      "  requireServiceAccount: true",
      "  cacheType: Token",
      "  requiredServiceAccountAnnotationKeys: [example.com/a]",
      "  optionalServiceAccountAnnotationKeys: [example.com/a, example.com/b]",
    ],
    version: "1.34",
    code: "invalid",
    fix: /one of the two lists/,
    fixed: /optionalServiceAccountAnnotationKeys: \["example\.com\/b"\]/,
  },
  {
    entry: "tokenAttributes with an older protocol",
    lines: [
      'matchImages: ["r.io"]',
      "apiVersion: credentialprovider.kubelet.k8s.io/v1beta1",
      ...TOKEN,
      "  cacheType: Token",
    ],
    version: "1.34",
    code: "forbidden",
    fix: /write apiVersion: credentialprovider\.kubelet\.k8s\.io\/v1 for this provider/,
    fixed: /apiVersion: credentialprovider\.kubelet\.k8s\.io\/v1\n/,
  },
];

function fileOf({ name = "custom", lines }: FieldCase): string {
  const has = (key: string) => lines.some((line) => line.startsWith(key));
  const all = [
    ...(has("apiVersion:") ? [] : ["apiVersion: credentialprovider.kubelet.k8s.io/v1"]),
    ...(has("defaultCacheDuration:") ? [] : ['defaultCacheDuration: "10m"']),
    ...lines,
  ];
  return `apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n  - name: ${name}\n${all.map((line) => `    ${line}\n`).join("")}`;
}

async function check(text: string, { version = "1.37", args = [] }: FieldCase): Promise<CheckedConfig> {
  using place = bench();
  writeFileSync(place.path("c.yaml"), text);
  const { stdout } = await place.run([
    "validate",
    "c.yaml",
    "--kubernetes-version",
    version,
    ...args,
    "-o",
    "json",
  ]);
  const [config] = (JSON.parse(stdout) as ValidateDocument).configs;
  assert.ok(config !== undefined);
  return config;
}

const serious = ({ findings }: CheckedConfig) => findings.filter(({ severity }) => severity !== "note");

for (const one of CASES) {
  test(one.entry, async () => {
    const { code, fix } = one;
    const text = fileOf(one);
    const before = await check(text, one);
    assert.deepEqual(
      serious(before).map((finding) => finding.code),
      [code],
      JSON.stringify(before.findings.map(({ message }) => message)),
    );
    const [finding] = serious(before);
    assert.match(finding?.fix ?? "", fix);
    if (finding === undefined || one.fixed === undefined) return;
    const after = edited(text, finding);
    assert.match(after, one.fixed);
    assert.deepEqual(
      serious(await check(after, one)).map(({ message }) => message),
      [],
      after,
    );
  });
}

test("providers: [] : the command in the advice works", async () => {
  using place = bench();
  writeFileSync(
    place.path("c.yaml"),
    "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders: []\n",
  );
  const { stdout } = await place.run(["validate", "c.yaml", "-o", "json"]);
  const fix = (JSON.parse(stdout) as ValidateDocument).configs[0]?.findings[0]?.fix ?? "";
  const [, command = ""] = /imagecred (init .*? --stdout)/.exec(fix) ?? [];
  const made = await place.run(command.split(" "));
  assert.equal(made.code, 0, made.stderr);
  const again = await place.run(["validate", "-"], { stdin: made.stdout });
  assert.equal(again.code, 0, again.stdout);
});

test("a directory as configuration for 1.33: the advice says since when directories are accepted", async () => {
  using place = bench();
  mkdirSync(place.path("conf.d"));
  const { stdout } = await place.run(["validate", "conf.d", "--kubernetes-version", "1.33", "-o", "json"]);
  assert.match(
    (JSON.parse(stdout) as ValidateDocument).configs[0]?.findings[0]?.fix ?? "",
    /since Kubernetes 1\.34/,
  );
});
