import type { Finding } from "../commands/validate/document.ts";
import { applyEdits, lineStarts, offsetAt } from "../edit/text-edit.ts";

/** A file with a finding's edits applied by their lines and columns, as an editor does. */
export function edited(text: string, { edits }: Pick<Finding, "edits">): string {
  const starts = lineStarts(text);
  const at = (line: number, column: number) => offsetAt(text, starts, { line, column });
  const group = edits.map((edit) => ({
    start: at(edit.startLine, edit.startColumn),
    end: at(edit.endLine, edit.endColumn),
    text: edit.text,
  }));
  return applyEdits(text, [group]).text;
}
