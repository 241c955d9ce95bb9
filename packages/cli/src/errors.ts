/** The command line is invalid: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The step of a diagnosis that fails with this error. */
export type Subject = "configuration" | "image" | "executable" | "environment" | "pod token";

/** The command failed: exit code 1. The message has the action and the reason; `fix`, if set, says what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly subject: Subject;
  readonly fix: string | undefined;

  constructor(
    message: string,
    {
      subject = "configuration",
      fix,
      ...options
    }: ErrorOptions & { readonly subject?: Subject; readonly fix?: string } = {},
  ) {
    super(message, options);
    this.subject = subject;
    this.fix = fix;
  }
}

/** Message and fix of a {@link CommandError} in one sentence. */
export function describeError({ message, fix }: CommandError): string {
  return fix === undefined ? message : `${message}; ${fix}`;
}

/** A system error in words, or its code and message where we have no words for it. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = systemCode(error);
  switch (code) {
    case "ENOENT":
      return "no such file or directory";
    case "ENOTDIR":
      return "not a directory";
    case "EISDIR":
      return "is a directory";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EROFS":
      return "the file system is read-only";
    case "ENOSPC":
      return "no space left on the device";
    case "EEXIST":
      return "already exists";
    case "ETXTBSY":
      return "the executable is being written";
    case "ELOOP":
      return "too many levels of symbolic links";
    case "ENAMETOOLONG":
      return "the name is too long";
    case "EMFILE":
      return "too many open files";
    case "ENOEXEC":
      return "not an executable for this system";
    default:
      return code === undefined ? error.message : `${code}: ${error.message}`;
  }
}

/** The system's error code such as `ENOENT`; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
