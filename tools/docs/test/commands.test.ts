import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";
import { bench } from "@imagecred/cli/testing";
import { DOCS } from "@imagecred/workspace";
import { gcloudProblem } from "../src/commands/gcloud.ts";
import { AWS, AZURE, ask, type Case, install, type Judge } from "../src/commands/judges.ts";
import { type Command, commandsOf, split } from "../src/cross-cloud/shell.ts";
import { blocksOf, pages, textOf } from "../src/page.ts";

/** HashiCorp's own HCL parser. Its types depend on browser types, which this project does not use. */
interface Hcl {
  parse(name: string, content: string): Promise<{ readonly resource?: object }>;
}
const { parse }: Hcl = createRequire(import.meta.url)("@cdktf/hcl2json");

// Every command of the pages about identities is parsed by its own program.
const routes = pages().filter((page) => /^identity\/(?!README)/.test(page));
const commands = routes.flatMap((page) =>
  commandsOf(blocksOf(page)).map((command) => ({ page, ...command })),
);

function of(program: string): readonly (Command & { readonly page: string })[] {
  return commands.filter(({ words }) => words[0] === program);
}

function caseOf({ page, words }: Command & { readonly page: string }): Case {
  // A certificate that the reader has; the page says what it is.
  const args = words
    .slice(1)
    .map((word) => (word === "@image-pulls.crt" ? "@federated-credential.json" : word));
  const directory = join(DOCS, "snippets", page.replace(/\.md$/, ""));
  const withFile = globSync("*", { cwd: directory }).includes("federated-credential.json")
    ? directory
    : join(DOCS, "snippets/identity/pods-to-azure");
  return { directory: args.includes("@federated-credential.json") ? withFile : directory, args };
}

test("the pages have commands of all three clouds, and no others than those and imagecred", () => {
  for (const program of ["aws", "az", "gcloud", "imagecred"]) assert.ok(of(program).length > 2, program);
  const others = commands.filter(
    ({ words: [program = ""] }) => !["aws", "az", "gcloud", "imagecred"].includes(program),
  );
  assert.deepEqual(others, []);
});

function judged(program: string, judge: Judge, wrong: readonly string[]): void {
  const installed = install(judge);
  describe(`${program}, by ${judge.name}`, { skip: installed.missing ?? false }, () => {
    // One run for all commands: the programs take seconds to start.
    const good = of(program);
    const cases = [...good.map(caseOf), ...wrong.map((line) => ({ directory: DOCS, args: split(line) }))];
    const verdicts = installed.missing === undefined ? ask(judge, installed.python, cases) : [];

    test("takes every command", () => {
      assert.equal(verdicts.length, cases.length);
      for (const [index, { place }] of good.entries())
        assert.equal(verdicts[index]?.code, 0, `docs/${place}: ${verdicts[index]?.error}`);
    });

    test("rejects them with a mistake", () => {
      for (const [index, line] of wrong.entries())
        assert.notEqual(verdicts[good.length + index]?.code, 0, line);
    });
  });
}

judged("aws", AWS, [
  "iam create-role --role-name x --assume-role-policy file://README.md --nonsense y",
  "iam create-roles --role-name x",
  "iam create-open-id-connect-provider --client-id-list x",
  "rolesanywhere create-profile --name x --role-arns x --enabled maybe",
]);
judged("az", AZURE, [
  "ad app create",
  "ad app create --display-name x --nonsense y",
  "ad app federated-credential create --id x",
  "role assignment create --role AcrPull",
]);

describe("gcloud, by our own table of its reference", () => {
  test("takes every command", () => {
    for (const { words, place } of of("gcloud"))
      assert.equal(gcloudProblem(words.slice(1)), undefined, `docs/${place}`);
  });

  test("rejects them with a mistake", () => {
    for (const line of [
      "iam workload-identity-pools create a b --location=global",
      "iam workload-identity-pools create a",
      "iam workload-identity-pools providers create-oidc a --location=global --workload-identity-pool=p --issuer=x --attribute-mapping=y",
      "iam service-accounts add-iam-policy-binding a --role=r",
      "iam nonsense",
    ])
      assert.notEqual(gcloudProblem(split(line)), undefined, line);
  });
});

test("imagecred has the commands and options", async () => {
  using place = bench();
  for (const { words, place: where } of of("imagecred")) {
    const [, name = "", ...rest] = words;
    const { code, stdout } = await place.run([name, "--help"]);
    assert.equal(code, 0, `docs/${where}`);
    for (const option of rest.filter((word) => word.startsWith("--")))
      assert.ok(stdout.includes(option.split("=")[0] ?? option), `docs/${where}: ${option}`);
  }
});

describe("Terraform", () => {
  const files = globSync("snippets/identity/*/main.tf", { cwd: DOCS }).toSorted();
  test("there is one for each page", () => assert.equal(files.length, routes.length));

  for (const file of files) {
    test(`${file}: its syntax, and values that the page has too`, async () => {
      const content = readFileSync(join(DOCS, file), "utf8");
      const { resource } = await parse(file, content);
      assert.ok(resource !== undefined && Object.keys(resource).length > 0);
      const page = textOf(`identity/${file.split("/")[2]}.md`);
      const outside = page.replace(content, "");
      for (const [, value = ""] of content.matchAll(/"((?:https:|arn:|api:|principal)[^"$]+)"/g))
        assert.ok(outside.includes(value), `only Terraform has ${value}`);
    });
  }

  test("the syntax is checked", async () => {
    await assert.rejects(async () => await parse("wrong.tf", 'resource "aws_iam_role" {'));
  });
});
