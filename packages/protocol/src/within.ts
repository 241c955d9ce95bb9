import { CredentialError, type CredentialErrorParts } from "./errors.ts";

/**
 * What `work` gives, if it gives it within so many milliseconds. It is not ended, only no longer waited for.
 * @throws {CredentialError} made of `otherwise` when the time is over
 */
export async function within<T>(
  milliseconds: number,
  work: Promise<T>,
  otherwise: CredentialErrorParts,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CredentialError(otherwise)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
