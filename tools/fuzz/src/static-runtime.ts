import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { CACHE, notInstalled, ROOT, recordBuildTime, runSlowCommandSync } from "@imagecred/workspace";
import { SEEDS } from "./static-runtime-seeds.ts";

const CRATE = join(ROOT, "tools/fuzz/native");
const TARGET = "x86_64-unknown-linux-gnu";

/** libFuzzer's coverage, enabled as in cargo-fuzz, and AddressSanitizer. */
const FLAGS = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Zsanitizer=address",
  "-Ccodegen-units=1",
  `--remap-path-prefix=${homedir()}=~`,
];

/** Results of fuzzing one parser of the static runtime. */
export interface Fuzzed {
  readonly name: string;
  /** The sender of the parsed bytes. */
  readonly from: string;
  readonly executions: number;
  /** Edges of the compiled code reached by the inputs. */
  readonly edges: number;
}

/** The reason why the static runtime's fuzzer cannot be built here, if any. */
export function whyNoStaticFuzzer(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "it is built for Linux on amd64";
  return notInstalled("cargo", "cc");
}

/** Path of the built fuzzer, or undefined if these sources are not built yet. */
export function builtStaticFuzzer(): string | undefined {
  return existsSync(placeOf()) ? placeOf() : undefined;
}

/** Builds the fuzzer; takes minutes the first time. @returns its path @throws {ToolError} cargo's error */
export function buildStaticFuzzer(): string {
  const place = placeOf();
  if (existsSync(place)) return place;
  const directory = join(CACHE, "fuzz-static");
  const time = runSlowCommandSync("cargo", ["build", "--release", "--locked", "--target", TARGET], {
    cwd: CRATE,
    visible: true,
    env: {
      ...process.env,
      // Instrumentation is unstable in rustc; this variable enables it in the stable one that the runtime uses.
      RUSTC_BOOTSTRAP: "1",
      RUSTUP_TOOLCHAIN: toolchain(),
      RUSTFLAGS: undefined,
      CARGO_ENCODED_RUSTFLAGS: FLAGS.join("\x1f"),
      CARGO_TARGET_DIR: join(directory, "target"),
    },
  });
  mkdirSync(directory, { recursive: true });
  recordBuildTime(directory, time);
  writeFileSync(place, readFileSync(join(directory, "target", TARGET, "release/imagecred-fuzz")), {
    mode: 0o755,
  });
  return place;
}

/** The parsers in `fuzzer`. */
export function staticTargets(fuzzer: string): readonly { readonly name: string; readonly from: string }[] {
  const { stdout } = spawnSync(fuzzer, [], { encoding: "utf8", env: { FUZZ_TARGET: "list" } });
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", from = ""] = line.split("\t");
      return { name, from };
    });
}

/**
 * Runs one parser on `runs` inputs, derived from `seed`, the parser's seeds and the coverage that they reach.
 * @throws {Error} with the fuzzer's report, if an input breaks it or takes longer than a second
 */
export function fuzzStatic(
  fuzzer: string,
  { name, from }: { readonly name: string; readonly from: string },
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Fuzzed {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-fuzz-"));
  try {
    const corpus = join(scratch, "corpus");
    mkdirSync(corpus);
    for (const [index, bytes] of (SEEDS[name] ?? []).entries())
      writeFileSync(join(corpus, String(index)), bytes);
    const args = [
      `-runs=${runs}`,
      `-seed=${seed}`,
      "-max_len=2048",
      "-timeout=1",
      `-artifact_prefix=${scratch}/`,
      corpus,
    ];
    const { status, stderr } = spawnSync(fuzzer, args, {
      encoding: "utf8",
      env: { FUZZ_TARGET: name },
      maxBuffer: 1 << 28,
    });
    const executions = Number(/^Done (\d+) runs/m.exec(stderr)?.[1]);
    if (status !== 0 || !(executions >= runs)) {
      throw new Error(`${name}, seed ${seed}: the fuzzer ended with ${status}\n${stderr.slice(-4000)}`);
    }
    const edges = Number([...stderr.matchAll(/cov: (\d+)/g)].at(-1)?.[1] ?? 0);
    return { name, from, executions, edges };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function toolchain(): string {
  const file = readFileSync(join(ROOT, "tools/runtime/rust-toolchain.toml"), "utf8");
  return /^channel = "(.*)"$/m.exec(file)?.[1] ?? "stable";
}

function placeOf(): string {
  const hash = createHash("sha256").update([toolchain(), ...FLAGS.slice(0, -1)].join(" "));
  const patterns = ["tools/fuzz/native/{Cargo.*,src/*.rs}", "tools/runtime/src/**/*.rs"];
  for (const name of globSync(patterns, { cwd: ROOT }).sort()) {
    hash.update(`\n${name}\n`).update(readFileSync(join(ROOT, name)));
  }
  return join(CACHE, "fuzz-static", hash.digest("hex").slice(0, 16));
}
