/** A failure whose message says everything: tools print the message without a stack trace. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
