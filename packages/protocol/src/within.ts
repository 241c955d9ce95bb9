import { CredentialError, type CredentialErrorParts } from "./errors.ts";

/**
 * The result of `work`, if it settles within the time. After that, `work` continues, but its result is ignored.
 * @throws {CredentialError} with the parts `timeoutError` when the time is over
 */
export async function within<T>(
  milliseconds: number,
  work: Promise<T>,
  timeoutError: CredentialErrorParts,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CredentialError(timeoutError)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
