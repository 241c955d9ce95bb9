/** The command line cannot be carried out as it was written: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What an error is about, which is the step of a diagnosis that it ends. */
export type Subject = "configuration" | "image" | "executable" | "environment" | "pod token";

/**
 * What was asked for could not be done: exit code 1. The message says what was attempted and what came back; `fix`, where
 * there is one, what to do.
 */
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

/** All that a {@link CommandError} says, in one sentence. */
export function describeError({ message, fix }: CommandError): string {
  return fix === undefined ? message : `${message}; ${fix}`;
}

/** What the system says, in words; its code where there are none. */
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
      return "exists already";
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

/** The system's error code, where there is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
