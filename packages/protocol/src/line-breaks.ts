/** The text with each run of line breaks and tabs as one space: messages and log lines are one line, whatever a file or a server sent. */
export function withoutLineBreaks(text: string): string {
  return text.replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, " ");
}
