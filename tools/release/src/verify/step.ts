/** One look at the finished tree, with a tool that is not ours. */
export interface Step {
  readonly name: string;
  /** Why it cannot be done here, or undefined. */
  readonly skip?: () => string | undefined;
  /** @throws with what the tool said. @returns what was seen, in a few words */
  readonly run: (directory: string) => string;
}
