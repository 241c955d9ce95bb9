/** An error like the system's, for rules that this package applies instead of the kernel. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;

  constructor(code: keyof typeof REASONS, path: string) {
    super(`${code}: ${REASONS[code]}, ${path}`);
    this.code = code;
  }
}

const REASONS = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EIO: "input/output error",
  ESRCH: "no such process",
  EINVAL: "invalid argument",
  EEXIST: "file exists",
  EROFS: "read-only file system",
  ENOSPC: "no space left on device",
} as const;

/** The system's code of an error (`ENOENT`); undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** The reason of a system error, in the words of strerror(3). */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && isKnown(code)) return REASONS[code];
  return error instanceof Error ? error.message : String(error);
}

function isKnown(code: string): code is keyof typeof REASONS {
  return Object.hasOwn(REASONS, code);
}
