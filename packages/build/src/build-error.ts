/** A build failed for a reason outside this package. The message is complete without a stack trace. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}
