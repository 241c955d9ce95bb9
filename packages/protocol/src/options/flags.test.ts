import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OptionsError } from "../errors.ts";
import { captureLogger } from "../testing/capture-logger.ts";
import { klogFlags, parseFlags, warnAboutIgnoredFlags } from "./flags.ts";

const specs = {
  identity: { kind: "value" },
  "registry-mirror": { kind: "value", short: "r", repeated: true },
  verbose: { kind: "switch", short: "v" },
} as const;

describe("parseFlags", () => {
  test("accepts every form that pflag accepts", () => {
    for (const args of [["--identity", "pod"], ["--identity=pod"], ["-identity=pod"]]) {
      assert.equal(parseFlags(args, specs).value("identity"), "pod");
    }
    for (const args of [["-r", "a:b"], ["-ra:b"], ["-r=a:b"], ["--registry-mirror=a:b"]]) {
      assert.deepEqual(parseFlags(args, specs).values("registry-mirror"), ["a:b"]);
    }
  });

  test("accepts flags and positionals in any order, and stops at --", () => {
    const parsed = parseFlags(["-v", "azure.json", "--identity", "node", "--", "--verbose"], specs);
    assert.deepEqual(parsed.positionals, ["azure.json", "--verbose"]);
    assert.deepEqual([parsed.value("verbose"), parsed.value("identity")], ["true", "node"]);
  });

  test("uses the last value, and keeps all values of a repeated flag", () => {
    const parsed = parseFlags(["--identity=pod", "--identity=node", "-rx", "-ry"], specs);
    assert.equal(parsed.value("identity"), "node");
    assert.deepEqual(parsed.values("registry-mirror"), ["x", "y"]);
  });

  test("accepts an empty value, and a value that looks like a flag", () => {
    assert.equal(parseFlags(["--identity="], specs).value("identity"), "");
    assert.equal(parseFlags(["--identity", "--verbose"], specs).value("identity"), "--verbose");
  });

  test("refuses invalid command lines", () => {
    const refused: readonly (readonly [string[], RegExp])[] = [
      [["--nope"], /unknown flag --nope/],
      [["--nope=secret"], /unknown flag --nope;/],
      [["--constructor"], /unknown flag --constructor/],
      [["--identity"], /--identity needs a value/],
      [["--verbose=maybe"], /--verbose is "maybe"/],
    ];
    for (const [args, message] of refused) {
      assert.throws(
        () => parseFlags(args, specs),
        (error: Error) => error instanceof OptionsError && message.test(error.message),
      );
    }
  });

  test("collects unknown flags on request", () => {
    const parsed = parseFlags(["--logtostderr=true", "--identity=pod"], specs, "collect");
    assert.deepEqual(parsed.unknown, ["--logtostderr=true"]);
    assert.equal(parsed.value("identity"), "pod");
  });

  test("accepts a flag's aliases", () => {
    const withAlias = { authFlow: { kind: "value", short: "a", aliases: ["auth-flow"] } } as const;
    for (const args of [["--authFlow=gcr"], ["--auth-flow", "gcr"], ["-auth-flow=gcr"], ["-a", "gcr"]]) {
      assert.equal(parseFlags(args, withAlias).value("authFlow"), "gcr");
    }
  });

  test("accepts klog's flags in both spellings, and warns that they have no effect", () => {
    const parsed = parseFlags(["-v", "4", "--log_dir=/tmp", "--skip-headers", "x"], klogFlags());
    assert.deepEqual(parsed.positionals, ["x"]);
    assert.deepEqual(parsed.ignored, ["v", "log-dir", "skip-headers"]);
    const { log, lines } = captureLogger();
    warnAboutIgnoredFlags(parsed, log);
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? "", /--log-dir is a klog flag/);
  });
});
