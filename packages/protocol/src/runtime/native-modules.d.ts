/** Modules that the static runtime (tools/runtime) has built in. All their errors have a `code`. */
declare module "imagecred:http" {
  interface NativeTarget {
    url: string;
    proxy?: string | undefined;
    ca?: string | undefined;
    serverName?: string | undefined;
    connectTo?: string | undefined;
    clientCertificate?: string | undefined;
    clientKey?: string | undefined;
    connectTimeoutMs: number;
  }
  interface NativeRequest extends NativeTarget {
    method: string;
    headers: Record<string, string>;
    body?: string | Uint8Array | undefined;
    timeoutMs: number;
    maxResponseBytes: number;
  }
  /** A failed request, with the fields of TransportError; `peer` is set if it is not the server. */
  interface NativeError extends Error {
    phase: "lookup" | "connect" | "proxy" | "tls" | "send" | "receive";
    code: string;
    peer?: "proxy";
    status?: number;
    certificate?: "expired" | "not-yet-valid" | "wrong-name" | "unknown-issuer" | "other";
  }
  /** Rejects with a {@link NativeError}. */
  export function request(
    request: NativeRequest,
  ): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }>;
  export function preconnect(target: NativeTarget): void;
  export function firstSent(): Promise<void>;
}
declare module "imagecred:stdio" {
  export const args: string[];
  export const env: Record<string, string>;
  export function readStdin(maxBytes: number): Promise<Uint8Array>;
  export function writeStdout(text: string): void;
  export function writeStderr(text: string): void;
  export function exit(code: number): never;
  export function onUncaught(handler: (error: unknown) => void): void;
}
declare module "imagecred:process" {
  /** Runs a program in a separate process group. Rejects with an Error that has `code`. */
  export function runCommand(request: {
    file: string;
    args: string[];
    env: Record<string, string>;
    timeoutMs: number;
    maxStdoutBytes: number;
  }): Promise<{ status: number | null; timedOut: boolean; stdout: Uint8Array; stderr: string }>;
  /** Rejects with an Error that has `code`. */
  export function runProgram(request: {
    file: string;
    args: string[];
    env: Record<string, string>;
    stdin: string | Uint8Array;
    timeoutMs: number;
    maxStdoutBytes: number;
    maxWaitAfterExitMs?: number | undefined;
    mountsOf?: number | undefined;
    onStderr?: ((text: string) => void) | undefined;
  }): Promise<{
    status: number | null;
    signal: string | null;
    timedOut: boolean;
    stdoutTruncated: boolean;
    outputHeld: boolean;
    stdout: Uint8Array;
    stderr: string;
  }>;
}
declare module "imagecred:files" {
  interface NativeStatus {
    kind: "file" | "directory" | "symlink" | "fifo" | "socket" | "device";
    mode: number;
    uid: number;
    gid: number;
    size: number;
    links: number;
    modifiedMs: number;
  }
  /** All throw an Error that has `code`; `status` returns undefined for ENOENT and ENOTDIR. */
  export function status(path: string, followLinks: boolean): NativeStatus | undefined;
  /** The first `maxBytes`. Blocks on a pipe or a device, for 20 s at most (ETIMEDOUT). */
  export function read(path: string, maxBytes: number): Uint8Array;
  /** A whole file, read in the background; rejects with EFBIG if it has more than `maxBytes`. */
  export function readWhole(path: string, maxBytes: number): Promise<Uint8Array>;
  export function list(path: string): string[];
  export function create(path: string, data: Uint8Array, mode: number): void;
  export function rename(from: string, to: string): void;
  export function remove(path: string): void;
  export function removeDirectory(path: string): void;
  export function makeDirectory(path: string, mode: number): void;
  export function changeOwner(path: string, uid: number, gid: number): void;
  export function changeMode(path: string, mode: number): void;
  export function syncDirectory(path: string): void;
  export function realPath(path: string): string;
  /** The target of a symbolic link, unresolved. */
  export function readLink(path: string): string;
}
declare module "imagecred:terminal" {
  /** Width of the terminal of a standard stream; undefined if it is not a terminal. */
  export function columns(fd: number): number | undefined;
  export function userId(): number;
  export function workingDirectory(): string;
  export function executable(): string;
}
declare module "imagecred:crypto" {
  export function sha1(data: Uint8Array): Uint8Array;
  export function sha256(data: Uint8Array): Uint8Array;
  export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  export function signRs256(privateKeyPem: string, data: Uint8Array): Uint8Array;
  export function signEs256Der(privateKeyPem: string, data: Uint8Array): Uint8Array;
  export function randomBytes(length: number): Uint8Array;
  export function randomUUID(): string;
}
declare module "imagecred:text" {
  /** Whether the text is not empty and every character is visible ASCII. */
  export function isVisibleAscii(text: string): boolean;
  /** Whether every character is printable ASCII except quotes and backslashes. */
  export function isPlainJson(text: string): boolean;
  /** Bytes of base64 or base64url; undefined for anything else. */
  export function fromBase64(text: string): Uint8Array | undefined;
}
