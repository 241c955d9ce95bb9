import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFINITIONS } from "./commands/index.ts";
import { bench } from "./testing/run.ts";
import { checkedDocument, SCHEMA_KINDS } from "./testing/schemas.ts";

test("every command's help has a description, every option, and examples", async () => {
  using place = bench();
  for (const { name, options, examples, description } of DEFINITIONS) {
    const { code, stdout, stderr } = await place.run([name, "--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.replaceAll(/\s+/g, " ").includes(description), name);
    for (const option of options) assert.ok(stdout.includes(`--${option.name}`), `${name} --${option.name}`);
    assert.ok(examples.length > 0);
    for (const example of examples) assert.ok(stdout.includes(example.command), example.command);
    assert.equal((await place.run(["help", name])).stdout, stdout);
  }
});

test("help is as wide as the terminal, and no word is broken", async () => {
  using place = bench();
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");
  for (const args of [["--help"], ...DEFINITIONS.map(({ name }) => [name, "--help"])]) {
    const widest = await place.run(args, { columns: 120, env: { NO_COLOR: "1" } });
    for (const columns of [60, 80, 120, 200]) {
      const { stdout } = await place.run(args, { columns, env: { NO_COLOR: "1" } });
      assert.deepEqual(words(stdout), words(widest.stdout), `${args.join(" ")} at ${columns}`);
      const [help = ""] = stdout.split(/\n(?:Examples|First steps):\n/);
      for (const line of help.split("\n")) {
        // A term, or a word that is longer than its column, cannot be broken; commands in examples are not wrapped.
        const isLongWord = words(line).length === 1;
        assert.ok(
          line.length <= Math.min(columns, 120) || isLongWord,
          `${args.join(" ")} at ${columns}: ${line}`,
        );
      }
    }
  }
});

test("the general help, the version, and no arguments", async () => {
  using place = bench();
  const help = await place.run(["--help"]);
  assert.equal(help.code, 0);
  for (const { name, summary } of DEFINITIONS) {
    assert.ok(help.stdout.replaceAll(/\s+/g, " ").includes(summary), name);
  }
  assert.match(
    help.stdout,
    /Exit codes: 0 success, 1 problems found or the command failed, 2 invalid command line\./,
  );
  assert.match((await place.run(["--version"])).stdout, /^imagecred \S+ \(from source, test\)\n$/);
  assert.equal((await place.run(["-V"])).code, 0);
  const nothing = await place.run([]);
  assert.equal(nothing.code, 2);
  assert.equal(nothing.stdout, "");
  assert.match(nothing.stderr, /^Usage: imagecred/);
});

test("invalid command lines: exit code 2, a reason on stderr, nothing on stdout", async () => {
  using place = bench();
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["bogus"], /^imagecred: unknown command 'bogus'/],
    [["validat"], /Did you mean validate\?/],
    [["init", "--cloud"], /option '--cloud <list>' argument missing/],
    [["init", "--colud", "aws"], /unknown option '--colud'.*Did you mean --cloud\?.*imagecred init --help/s],
    [["match"], /missing required argument 'image'/],
    [["match", "a", "b"], /too many arguments/],
    [["validate", "-o", "yaml"], /Allowed choices are human, json/],
    [["get", "a", "--env-from", "nobody"], /Allowed choices are kubelet, shell/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await place.run(args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, message);
  }
});

test("every command's document has a schema, and errors have one", () => {
  const kinds = [
    "Initialization",
    "Validation",
    "Check",
    "Match",
    "Explanation",
    "Credentials",
    "Diagnosis",
    "Installation",
    "Restoration",
    "Nodes",
    "ConfigurationHash",
    "CompletionScript",
  ];
  // validate --explain has its own document.
  assert.equal(kinds.length, DEFINITIONS.length + 1);
  assert.deepEqual(SCHEMA_KINDS, [...kinds, "Error"].sort());
});

test("with -o json, an error is a JSON document too", async () => {
  using place = bench();
  const { code, stdout, stderr } = await place.run(["hash", "gone.yaml", "-o", "json"]);
  assert.deepEqual([code, stderr], [1, ""]);
  assert.match(String(checkedDocument(stdout)["message"]), /reading gone\.yaml/);
});

test("definitions are complete", () => {
  for (const { name, options, argument } of DEFINITIONS) {
    const names = options.map((option) => option.name);
    assert.equal(new Set(names).size, names.length, name);
    const shorts = options.flatMap(({ short }) => short ?? []);
    assert.equal(new Set(shorts).size, shorts.length, name);
    assert.ok(names.includes("output"), name);
    // The argument and the options share one object.
    assert.ok(argument === undefined || !names.includes(argument.name), name);
  }
});
