/** Ways in which templates and documentation mark what is to be filled in. */
const MARKS: readonly RegExp[] = [
  // <your-registry>, {{ .Values.host }}, [[ host ]]
  /<[^<>]+>/,
  /\{\{.*?\}\}/,
  // ${HOST}, $(HOST), $HOST, %HOST%: the kubelet expands none of them.
  /\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*/,
  /%[A-Za-z_]\w+%/,
];

/** The first word that was to be filled in, as it is written; undefined where there is none. */
export function placeholderIn(text: string): string | undefined {
  for (const mark of MARKS) {
    const found = mark.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The kind of placeholder that a shell or a pod's `args` would have replaced. */
export function isVariable(placeholder: string): boolean {
  return /^[$%]/.test(placeholder);
}
