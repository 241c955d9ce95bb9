/** A build failed for a reason outside this package. The message says all that there is to say; no stack trace is needed. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}
