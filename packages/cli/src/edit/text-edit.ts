import type { TextEdit } from "./change.ts";

/** Offset of the first character of each line. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Offset of a position whose line and column count from 1, columns in characters. */
export function offsetAt(
  text: string,
  starts: readonly number[],
  { line, column }: { readonly line: number; readonly column: number },
): number {
  let at = starts[line - 1] ?? text.length;
  for (let passed = 1; passed < column && at < text.length; passed++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

/** Line and column (from 1, in characters) of an offset. */
export function positionAt(
  text: string,
  starts: readonly number[],
  offset: number,
): { readonly line: number; readonly column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: [...text.slice(starts[low] ?? 0, offset)].length + 1 };
}

/**
 * Applies groups of edits, each completely or not at all: a group that overlaps with an earlier one is skipped.
 * @returns the text, and which groups were applied
 */
export function applyEdits(
  text: string,
  groups: readonly (readonly TextEdit[])[],
): { readonly text: string; readonly applied: readonly boolean[] } {
  const taken: TextEdit[] = [];
  const applied = groups.map((group) => {
    const free = group.every((edit) => !taken.some((other) => overlap(edit, other)));
    if (free) taken.push(...group);
    return free && group.length > 0;
  });
  const ordered = [...taken].sort((a, b) => b.start - a.start || b.end - a.end);
  let result = text;
  for (const { start, end, text: replacement } of ordered) {
    result = result.slice(0, start) + replacement + result.slice(end);
  }
  return { text: result, applied };
}

function overlap(a: TextEdit, b: TextEdit): boolean {
  // Two insertions at the same offset have no defined order.
  return a.start === b.start || (a.start < b.end && b.start < a.end);
}
