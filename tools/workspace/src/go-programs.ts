import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { recordBuildTime } from "./build-times.ts";
import { CACHE } from "./paths.ts";
import { output, runSlowCommand } from "./slow-command.ts";

/** Settings with which a C compiler links a library statically. */
export interface Library {
  /** Version of the library, for the key of what is linked with it. */
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A Go program of the module proxy or of our own. */
export interface GoProgram {
  /** File name, and directory below the cache. */
  readonly name: string;
  /** Directory of its module below the directory of modules; the module pins all versions. */
  readonly module: string;
  /** The package for `go build`. */
  readonly package: string;
  readonly tags?: readonly string[];
  /** `-X` values: variable, then value. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Built with cgo, for this machine only: the program has C sources. */
  readonly cgo?: true;
  /** A C library to link statically; implies cgo. */
  readonly library?: () => Promise<Library>;
  /** GOOS when it is not this machine's. */
  readonly os?: "windows";
}

/** Builds Go programs into the cache, under a key of everything that decides what comes out. */
export class GoPrograms {
  readonly #directory: string;

  /** @param directory with a directory for each module */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The program's path in the cache; undefined when it is not there yet. */
  async cached(program: GoProgram): Promise<string | undefined> {
    const path = await this.#pathOf(program, await program.library?.());
    return existsSync(path) ? path : undefined;
  }

  /** Builds the program unless it is cached. @returns its path @throws {ToolError} with the compiler's output */
  async build(program: GoProgram): Promise<string> {
    const library = await program.library?.();
    const path = await this.#pathOf(program, library);
    if (existsSync(path)) return path;
    mkdirSync(dirname(path), { recursive: true });
    // Built under another name and renamed: another run at the same time never sees half a file.
    const unfinished = `${path}.${process.pid}`;
    const time = await runSlowCommand("go", [...argsOf(program), "-o", unfinished, program.package], {
      cwd: join(this.#directory, program.module),
      env: {
        ...process.env,
        GOFLAGS: "",
        // The compiler's processes are short, and memory is plentiful: collecting garbage is a tenth of their time.
        GOGC: "400",
        CGO_ENABLED: library === undefined && program.cgo === undefined ? "0" : "1",
        ...(program.os === undefined ? {} : { GOOS: program.os }),
        ...library?.env,
      },
    });
    recordBuildTime(dirname(path), time);
    renameSync(unfinished, path);
    return path;
  }

  async #pathOf(program: GoProgram, library: Library | undefined): Promise<string> {
    const { name, module, os } = program;
    const hash = createHash("sha256").update(
      [await output("go", "version"), program.package, library?.version ?? "", ...argsOf(program)].join("\0"),
    );
    if (os !== undefined) hash.update(`\0${os}`);
    if (program.cgo) hash.update(`\0${await output("cc", "--version")}`);
    const files = globSync(`${module}/{go.mod,go.sum,*.go}`, { cwd: this.#directory }).toSorted();
    for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(this.#directory, file)));
    return join(CACHE, name, hash.digest("hex").slice(0, 32), os === "windows" ? `${name}.exe` : name);
  }
}

function argsOf({ tags = [], variables = {}, library }: GoProgram): string[] {
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  const linking = library === undefined ? [] : ["-linkmode external", '-extldflags "-static"'];
  return [
    "build",
    "-trimpath",
    "-buildvcs=false",
    "-mod=readonly",
    // Two packages at a time at most: compiling Kubernetes takes a gigabyte per package.
    "-p=2",
    ...(tags.length > 0 ? [`-tags=${tags.join(",")}`] : []),
    `-ldflags=${["-s", "-w", ...settings, ...linking].join(" ")}`,
  ];
}
