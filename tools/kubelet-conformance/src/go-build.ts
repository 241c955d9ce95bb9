import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  CACHE,
  notInstalled,
  recordBuildTime,
  run,
  runSlowCommandSync,
  ToolError,
} from "@imagecred/workspace";

const goDirectory = join(import.meta.dirname, "..", "go");

/** One Go program of this tool. */
export interface GoProgram {
  /** The module directory below `go/`, which decides the linked kubelet release. */
  readonly module: "newest" | "oldest";
  /** A go.mod other than the module's own. */
  readonly modFile?: string;
  readonly tags?: string;
  /** The package for `go build`. */
  readonly package: string;
  /** Directory below the cache, and the file's name. */
  readonly cacheName: string;
  /** Globs below `go/` of the sources, without go.mod and go.sum, which always count. */
  readonly sources: readonly string[];
  /** GOOS when it is not this machine's. */
  readonly os?: "windows";
}

/** The releases whose code can be run, by Kubernetes version; the first is the newest. */
export const RELEASES = ["1.37", "1.34", "1.33", "1.32", "1.29"] as const;
export type Release = (typeof RELEASES)[number];
export const NEWEST = RELEASES[0];

/** Builds of the driver. Similar releases share their sources, each with its own go.mod. */
const DRIVER_BUILDS: Readonly<Record<Release, Pick<GoProgram, "module" | "modFile" | "tags">>> = {
  "1.37": { module: "newest" },
  "1.34": { module: "newest", modFile: "v1.34.mod", tags: "v1_34" },
  "1.33": { module: "newest", modFile: "v1.33.mod", tags: "v1_33" },
  "1.32": { module: "oldest", modFile: "v1.32.mod" },
  "1.29": { module: "oldest" },
};

/** The driver, which runs the kubelet's code of a release. @param os `windows` for a Windows kubelet's */
export function driverOf(release: Release, os?: "windows"): GoProgram {
  const build = DRIVER_BUILDS[release];
  return {
    ...build,
    ...(os === undefined ? {} : { os }),
    package: ".",
    cacheName: `conformance-driver-${release}`,
    sources: ["driver/**/*.go", `${build.module}/*.{go,s}`],
  };
}

/** The container runtime that the kubelet talks to. */
export const FAKE_CRI: GoProgram = {
  module: "newest",
  package: "./fakecri",
  cacheName: "fake-cri",
  sources: ["newest/fakecri/*.go"],
};

/** Why no Go program can be built here, or undefined when they can. */
export function goMissing(): string | undefined {
  return notInstalled("go");
}

/**
 * Builds the program unless the cache has it, and returns its path.
 * @throws {ToolError} with the compiler's output
 */
export function built(program: GoProgram): string {
  const path = cachePath(program);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  // Test files run at the same time, and several of them need the same program.
  alone(`${path}.lock`, () => {
    if (!existsSync(path)) build(program, path);
  });
  return path;
}

const POLL_MS = 500;
/** The slowest build takes a tenth of it. */
const LONGEST_BUILD_MS = 60 * 60_000;

/** Does something while no other process does it, by a file with the number of the process. */
function alone(lock: string, work: () => void): void {
  const end = Date.now() + LONGEST_BUILD_MS;
  while (!acquired(lock)) {
    if (Date.now() > end) throw new ToolError(`${lock} belongs to a build that does not end: remove it`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquired(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (!isRunning(readPid(lock))) rmSync(lock, { force: true });
    return false;
  }
}

/** undefined while it is being written, or when it is gone. */
function readPid(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number | undefined): boolean {
  if (pid === undefined) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function build(program: GoProgram, path: string): void {
  // Written under another name and renamed: no other process sees an incomplete file.
  const unfinished = `${path}.${process.pid}`;
  const { module, modFile, tags } = program;
  const variant = [
    ...(modFile === undefined ? [] : [`-modfile=${modFile}`]),
    ...(tags === undefined ? [] : [`-tags=${tags}`]),
  ];
  const args = [
    "build",
    ...variant,
    "-trimpath",
    "-buildvcs=false",
    "-mod=readonly",
    "-ldflags=-s -w",
    "-o",
    unfinished,
  ];
  // Minutes of work with an empty cache: other programs on the machine have priority.
  const time = runSlowCommandSync("go", [...args, program.package], {
    cwd: join(goDirectory, module),
    env: {
      ...process.env,
      CGO_ENABLED: "0",
      GOFLAGS: "",
      // The compiler's processes are short, and memory is plentiful: collecting garbage is a tenth of their time.
      GOGC: "400",
      ...(program.os === undefined ? {} : { GOOS: program.os }),
    },
  });
  recordBuildTime(dirname(path), time);
  renameSync(unfinished, path);
}

/** Whether {@link built} has nothing to build. */
export function isCached(program: GoProgram): boolean {
  return existsSync(cachePath(program));
}

function cachePath(program: GoProgram): string {
  const { cacheName, os } = program;
  return join(CACHE, cacheName, key(program), os === "windows" ? `${cacheName}.exe` : cacheName);
}

function key({ module, modFile = "go.mod", tags = "", package: name, sources, os }: GoProgram): string {
  const hash = createHash("sha256").update(`${goVersion()}\0${name}\0${tags}\0${FLAGS}`);
  if (os !== undefined) hash.update(`\0${os}`);
  const locks = modFile.replace(/mod$/, "{mod,sum}");
  const files = globSync([...sources, `${module}/${locks}`], { cwd: goDirectory }).toSorted();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(goDirectory, file)));
  return hash.digest("hex").slice(0, 32);
}

function goVersion(): string {
  return run("go", ["version"]).trim();
}

/** The same for every program, so that Go's build cache serves all of them. */
const FLAGS = "CGO_ENABLED=0";
