/** One assignment of an environment file, with its position. */
export interface EnvironmentAssignment {
  readonly name: string;
  readonly value: string;
  /** Offsets in the text: from the name's first character to the end of the value, without a line feed. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

type State =
  | "before-name"
  | "name"
  | "before-value"
  | "value"
  | "value-escape"
  | "single-quotes"
  | "double-quotes"
  | "double-quotes-escape"
  | "comment"
  | "comment-escape";

const NEWLINE = "\n\r";
const WHITESPACE = " \t\n\r";
/** Characters that a backslash escapes within double quotes; before others the backslash stays. */
const ESCAPABLE = '"\\`$';

/**
 * The assignments of a file of `EnvironmentFile=`, in order; the last one of a name takes effect (systemd.exec(5)). The syntax
 * is not a shell's: a value continues over line ends within quotes or after a backslash, and quoted and unquoted parts can
 * follow each other. Lines without `=` are skipped.
 * @param comments `joined`: a backslash at the end of a comment makes the next line part of it, as before systemd 254
 */
export function parseEnvironmentFile(
  text: string,
  comments: "separate" | "joined" = "separate",
): readonly EnvironmentAssignment[] {
  const found: EnvironmentAssignment[] = [];
  let state: State = "before-name";
  let name = "";
  let value = "";
  let start = 0;
  let line = 1;
  let startLine = 1;
  /** Length of the value without trailing white space, which is removed only after an unquoted part. */
  let kept = 0;
  const finish = (end: number): void => {
    const trimmed = state === "value" ? value.slice(0, kept) : value;
    found.push({ name: name.replace(/[ \t\n\r]+$/, ""), value: trimmed, start, end, line: startLine });
    name = "";
    value = "";
    kept = 0;
    state = "before-name";
  };
  const append = (characters: string): void => {
    value += characters;
    kept = value.length;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    const isNewline = NEWLINE.includes(character);
    if (character === "\n") line += 1;
    switch (state) {
      case "before-name":
        if (character === "#" || character === ";") state = "comment";
        else if (!WHITESPACE.includes(character)) {
          state = "name";
          name = character;
          start = at;
          startLine = line;
        }
        break;
      case "name":
        if (isNewline) {
          state = "before-name";
          name = "";
        } else if (character === "=") state = "before-value";
        else name += character;
        break;
      case "before-value":
        if (isNewline) finish(at);
        else if (character === "'") state = "single-quotes";
        else if (character === '"') state = "double-quotes";
        else if (character === "\\") state = "value-escape";
        else if (!WHITESPACE.includes(character)) {
          state = "value";
          append(character);
        }
        break;
      case "value":
        if (isNewline) finish(at);
        else if (character === "\\") {
          state = "value-escape";
          kept = value.length;
        } else if (WHITESPACE.includes(character)) value += character;
        else append(character);
        break;
      case "value-escape":
        state = "value";
        if (!isNewline) append(character);
        break;
      case "single-quotes":
        if (character === "'") state = "before-value";
        else append(character);
        break;
      case "double-quotes":
        if (character === '"') state = "before-value";
        else if (character === "\\") state = "double-quotes-escape";
        else append(character);
        break;
      case "double-quotes-escape":
        state = "double-quotes";
        if (ESCAPABLE.includes(character)) append(character);
        else if (character !== "\n") append(`\\${character}`);
        break;
      case "comment":
        if (character === "\\") state = "comment-escape";
        else if (isNewline) state = "before-name";
        break;
      case "comment-escape":
        state = isNewline && comments === "separate" ? "before-name" : "comment";
        break;
    }
  }
  if (state !== "before-name" && state !== "name" && state !== "comment" && state !== "comment-escape") {
    finish(text.length);
  }
  return found;
}

/** A value in double quotes, so that {@link parseEnvironmentFile} returns it unchanged. */
export function quoteEnvironmentValue(value: string): string {
  return `"${value.replace(/["\\`$]/g, "\\$&")}"`;
}

/** Whether systemd accepts a variable's name: letters, digits and `_`, no digit first. It ignores others with a warning. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
