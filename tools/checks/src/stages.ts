import { join } from "node:path";
import { notInstalled } from "@imagecred/workspace";

/** One step of `npm test`. */
export interface Stage {
  readonly name: string;
  /** What it shows, for the person who watches. */
  readonly about: string;
  readonly command: readonly string[];
  /** Why it cannot run on this machine, or undefined when it can. */
  readonly skip?: () => string | undefined;
  /** Runs node:test files, whose results are counted. */
  readonly tests?: boolean;
}

/** Biome colours its reports even where they go into a file. */
const colors = process.stdout.isTTY ? [] : ["--colors=off"];

const node = [process.execPath, "--conditions=@imagecred/source", "--disable-warning=ExperimentalWarning"];

function tests(
  concurrency: "files in parallel" | "one file after another",
  ...globs: string[]
): readonly string[] {
  const reporter = join(import.meta.dirname, "reporter.ts");
  const concurrencyFlag = concurrency === "one file after another" ? ["--test-concurrency=1"] : [];
  return [
    ...node,
    "--test",
    ...concurrencyFlag,
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
    ...globs,
  ];
}

/** In the order in which they run; a broken build is known before the tests that need it. */
export const STAGES: readonly Stage[] = [
  {
    name: "lint",
    about: "formatting and lint rules (Biome)",
    command: ["biome", "ci", "--error-on-warnings", ...colors, "."],
  },
  {
    name: "types",
    about: "TypeScript, strict, every package and tool",
    command: ["tsc", "--noEmit", "-p", "tsconfig.json"],
  },
  {
    name: "rust",
    about: "the static runtime: formatting, clippy, tests",
    command: [...node, "tools/checks/src/check-runtime.ts"],
    skip: () => notInstalled("cargo", "cc"),
  },
  {
    name: "workflows",
    about: "GitHub Actions under actionlint and zizmor",
    command: [...node, "tools/checks/src/check-workflows.ts"],
    skip: () => notInstalled("go", "python3"),
  },
  {
    name: "build",
    about: "every executable that this machine can build",
    command: ["turbo", "run", "build"],
  },
  {
    name: "unit",
    about: "functions, properties, plugins over real sockets",
    command: tests(
      "files in parallel",
      "packages/*/src/**/*.test.ts",
      "tools/*/src/**/*.test.ts",
      "tools/docs/test/**/*.test.ts",
    ),
    tests: true,
  },
  {
    name: "executables",
    about: "the built files against the fake clouds, both runtimes",
    // Some of them measure time: they get the machine for themselves.
    command: tests(
      "one file after another",
      "packages/*/test/**/*.test.ts",
      "tools/{executables,runtime,e2e,bench,demo,release}/test/**/*.test.ts",
    ),
    tests: true,
  },
  {
    name: "conformance",
    about: "the real kubelet's code and binary against the executables",
    command: tests("one file after another", "tools/kubelet-conformance/test/**/*.test.ts"),
    tests: true,
    skip: () => notInstalled("go"),
  },
];
