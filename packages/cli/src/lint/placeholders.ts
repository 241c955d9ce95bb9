/** Placeholders of templates and documentation. */
const MARKS: readonly RegExp[] = [
  // <your-registry>, {{ .Values.host }}, [[ host ]]
  /<[^<>]+>/,
  /\{\{.*?\}\}/,
  // ${HOST}, $(HOST), $HOST, %HOST%: the kubelet expands none of them.
  /\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*/,
  /%[A-Za-z_]\w+%/,
];

/** The first placeholder in a text; undefined if there is none. */
export function placeholderIn(text: string): string | undefined {
  for (const mark of MARKS) {
    const found = mark.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether it is a placeholder that a shell or a pod's `args` would expand. */
export function isVariable(placeholder: string): boolean {
  return /^[$%]/.test(placeholder);
}
