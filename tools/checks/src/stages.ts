import { availableParallelism } from "node:os";
import { join } from "node:path";
import { whyNoCluster } from "@imagecred/cluster";
import { whyNoComparison } from "@imagecred/drop-in";
import { whyNoInterop } from "@imagecred/interop";
import { whyNoWindows } from "@imagecred/windows";
import { notInstalled } from "@imagecred/workspace";

/** One step of `npm test`. */
export interface Stage {
  readonly name: string;
  /** A short description, printed while the stage runs. */
  readonly about: string;
  readonly command: readonly string[];
  /** Another command for when the command line names the stage: it may build what is optional. */
  readonly namedCommand?: readonly string[];
  /**
   * Why it does not run on this machine, or undefined when it does.
   * @param named whether the command line names the stage: then a long preparation is not a reason to skip it
   */
  readonly skip?: (named: boolean) => string | undefined | Promise<string | undefined>;
  /** Globs of node:test files, whose results are counted. */
  readonly files?: readonly string[];
  /** True if it repeats tests of other stages in another way. */
  readonly repeats?: true;
}

/** Biome colors its reports even where they go into a file. */
const colors = process.stdout.isTTY ? [] : ["--colors=off"];

const node = [process.execPath, "--conditions=@imagecred/source", "--disable-warning=ExperimentalWarning"];

/** How the test files of a stage share the machine. */
const CONCURRENCY = {
  /** Most of them wait for sockets: two at once pay even on one core. */
  "files in parallel": Math.max(2, availableParallelism()),
  "one file after another": 1,
};

/** A stage's part that runs node:test files. */
function tests(
  concurrency: keyof typeof CONCURRENCY,
  ...files: readonly string[]
): Pick<Stage, "command" | "files"> {
  const command = [
    ...node,
    "--test",
    `--test-concurrency=${CONCURRENCY[concurrency]}`,
    `--test-reporter=${join(import.meta.dirname, "reporter.ts")}`,
    "--test-reporter-destination=stdout",
    ...files,
  ];
  return { command, files };
}

/** The same, with executables that have AddressSanitizer. */
function sanitized({ command, ...part }: Pick<Stage, "command" | "files">): Pick<Stage, "command" | "files"> {
  return { command: [...node, "tools/checks/src/check-sanitized.ts", ...command], ...part };
}

/** The same, in the namespaces that a cluster has for itself. */
function inCluster({
  command,
  ...part
}: Pick<Stage, "command" | "files">): Pick<Stage, "command" | "namedCommand" | "files"> {
  const main = [...node, "tools/cluster/src/main.ts"];
  return { command: [...main, ...command], namedCommand: [...main, "--all-programs", ...command], ...part };
}

/** The same, once wine is installed. */
function onWindows({ command, ...part }: Pick<Stage, "command" | "files">): Pick<Stage, "command" | "files"> {
  return { command: [...node, "tools/windows/src/main.ts", ...command], ...part };
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
    name: "prose",
    about: "pages, comments and messages: our English style (Vale) and spelling (cspell)",
    command: [...node, "tools/prose/src/main.ts"],
    skip: () => notInstalled("go", "cc"),
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
    about: "functions, properties, plugins in-process over real sockets",
    // The template and the examples are what authors of plugins start from.
    ...tests(
      "files in parallel",
      "{packages,tools}/*/src/**/*.test.ts",
      "packages/*/template/src/**/*.test.ts",
      "docs/examples/**/*.test.ts",
    ),
  },
  {
    name: "executables",
    about: "the built files against the fake clouds, both runtimes",
    // Some of them measure time: they get the machine for themselves.
    ...tests(
      "one file after another",
      "packages/*/test/**/*.test.ts",
      "tools/{executables,demo,e2e,load,release}/test/**/*.test.ts",
    ),
  },
  {
    name: "sanitizer",
    repeats: true,
    about:
      "the static runtime and QuickJS with AddressSanitizer: its own tests, the plugins' and the transports'",
    ...sanitized(
      tests(
        "files in parallel",
        "packages/{ecr,acr,gcr}/test/**/*.test.ts",
        "tools/executables/test/{transport-*,uncaught,processes}.test.ts",
      ),
    ),
    skip: (named) =>
      named
        ? notInstalled("cargo", "cc")
        : "it compiles the runtime once more; the parsers are fuzzed with the same sanitizer; it runs when it is named",
  },
  {
    name: "docs",
    about: "every command of the pages, on a copy of this machine",
    ...tests("one file after another", "tools/docs/test/**/*.test.ts"),
  },
  {
    name: "drop-in",
    about: "the cloud vendors' own plugins and ours in the same situations",
    ...tests("one file after another", "tools/drop-in/test/**/*.test.ts"),
    skip: (named) => whyNoComparison(named ? "plugins may be built" : "plugins are cached"),
  },
  {
    name: "conformance",
    about: "the real kubelet's code and binary against the executables",
    // The one that starts kubelets mostly waits, while the one that compares generated documents computes.
    ...tests("files in parallel", "tools/kubelet-conformance/test/**/*.test.ts"),
    skip: () => notInstalled("go"),
  },
  {
    name: "interop",
    about: "servers and clients of others: moto, AWS's metadata mock, distribution, crane",
    ...tests("one file after another", "tools/interop/test/**/*.test.ts"),
    skip: (named) => whyNoInterop(named ? "programs may be built" : "programs are cached"),
  },
  {
    name: "windows",
    about: "the Windows executables under wine, started by Windows programs",
    ...onWindows(tests("one file after another", "tools/windows/test/**/*.test.ts")),
    skip: (named) => whyNoWindows(named ? "programs may be built" : "programs are cached"),
  },
  {
    name: "cluster",
    about: "a real cluster pulling from the fake clouds with the executables",
    ...inCluster(tests("one file after another", "tools/cluster/test/**/*.test.ts")),
    skip: (named) => whyNoCluster(named ? "programs may be built" : "programs are cached"),
  },
  {
    name: "faults",
    about: "every fault on every call of every identity, both runtimes; writes docs/reliability.md",
    command: [...node, "tools/e2e/src/faults/main.ts", "--write"],
    skip: (named) =>
      named ? undefined : "a sample of it is among the executables; it runs when it is named",
  },
  {
    name: "load",
    about: "pulls at once, throttling clouds, thousands of runs with faults; writes docs/performance.md",
    command: [...node, "tools/load/src/main.ts", "--write"],
    skip: (named) =>
      named ? undefined : "a short version of it is among the executables; it runs when it is named",
  },
];
