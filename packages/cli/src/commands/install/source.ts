import { baseName, joinPath, parentOf } from "@imagecred/node";
import type { Crypto } from "@imagecred/protocol";
import { CommandError, systemReason } from "../../errors.ts";
import { parseChecksums, sha256Hex } from "../../installation/sha256.ts";
import {
  EXECUTABLE_HEADER_BYTES,
  type Executable,
  inspectExecutable,
} from "../../machine/executable-format.ts";
import type { FileSystem } from "../../runtime/types.ts";

/** Larger than any of our executables; a limit against reading a disk image by mistake. */
const LARGEST_EXECUTABLE = 512 << 20;
const LARGEST_CHECKSUMS = 1 << 20;

export interface SourceOptions {
  /** Directories to look in, in order. */
  readonly directories: readonly string[];
  /** A SHA256SUMS file; false to install unchecked; undefined to look next to the executables. */
  readonly checksums: string | false | undefined;
  /** The machine architecture that executables must be for; undefined if it is not known. */
  readonly machine: string | undefined;
}

export interface Source {
  readonly path: string;
  readonly data: Uint8Array;
  readonly sha256: string;
  /** The file with the checksum; undefined if it was not checked. */
  readonly checksumFile: string | undefined;
  readonly executable: Executable;
}

/**
 * Finds an executable (under its own name or its release name NAME-linux-ARCH), reads it once and checks what was read.
 * @throws {CommandError}
 */
export function readExecutable(
  name: string,
  options: SourceOptions,
  fileSystem: FileSystem,
  crypto: Crypto,
): Source {
  const path = findExecutable(name, options, fileSystem);
  let data: Uint8Array;
  try {
    data = fileSystem.read(path, LARGEST_EXECUTABLE);
  } catch (error) {
    throw new CommandError(`reading ${path}: ${systemReason(error)}`, { cause: error });
  }
  const executable = inspectExecutable(data.subarray(0, EXECUTABLE_HEADER_BYTES));
  if (executable.kind === "broken") {
    throw new CommandError(`${path} cannot be started: ${executable.reason}; download it again`);
  }
  if (executable.kind === "unknown") {
    throw new CommandError(`${path} is neither an ELF executable nor a script: the kubelet could not run it`);
  }
  if (executable.kind === "elf" && options.machine !== undefined && executable.machine !== options.machine) {
    throw new CommandError(`${path} is for ${executable.machine}, and this machine is ${options.machine}`);
  }
  const sha256 = sha256Hex(crypto, data);
  return {
    path,
    data,
    sha256,
    executable,
    checksumFile: verify(path, sha256, options.checksums, fileSystem),
  };
}

function findExecutable(
  name: string,
  { directories, machine }: SourceOptions,
  fileSystem: FileSystem,
): string {
  const architectures =
    machine === undefined ? ["amd64", "arm64"] : [machine === "aarch64" ? "arm64" : "amd64"];
  const names = [name, ...architectures.map((architecture) => `${name}-linux-${architecture}`)];
  for (const directory of directories) {
    for (const candidate of names) {
      const path = joinPath(directory, candidate);
      if (fileSystem.status(path)?.kind === "file") return path;
    }
  }
  throw new CommandError(
    `there is no executable ${names.join(" or ")} in ${directories.join(" or ")}; give its directory with --executables`,
  );
}

/** @returns the file with the matching checksum; undefined if checksums are not checked */
function verify(
  path: string,
  sha256: string,
  checksums: SourceOptions["checksums"],
  fileSystem: FileSystem,
): string | undefined {
  if (checksums === false) return undefined;
  const name = baseName(path);
  const candidates =
    checksums === undefined ? [`${path}.sha256`, joinPath(parentOf(path), "SHA256SUMS")] : [checksums];
  for (const file of candidates) {
    if (fileSystem.status(file)?.kind !== "file") continue;
    const text = new TextDecoder().decode(fileSystem.read(file, LARGEST_CHECKSUMS));
    const expected = parseChecksums(text, name).get(name);
    if (expected === sha256) return file;
    if (expected !== undefined) {
      throw new CommandError(
        `${path} has the SHA-256 ${sha256}, but ${file} has ${expected}: it is damaged or of another version; download both again`,
      );
    }
  }
  throw new CommandError(
    `no checksum found for ${path} (looked in ${candidates.join(", ")}); ` +
      "give a SHA256SUMS file with --checksums, or install it unchecked with --no-checksums",
  );
}
