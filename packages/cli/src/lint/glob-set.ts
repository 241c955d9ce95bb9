/**
 * Compares two patterns as sets of host names: the part of path/filepath.Match with `*`, `?` and letters. A pattern with a
 * character class or an escape is not simple, and cannot be compared.
 */
export function isSimple(pattern: string): boolean {
  return !/[[\]\\]/.test(pattern);
}

const WILD = /[*?]/;

/** Whether some text matches both patterns. */
export function intersects(a: string, b: string): boolean {
  if (a === b || a === "*" || b === "*") return true;
  if (!WILD.test(a) && !WILD.test(b)) return false;
  const seen = new Set<number>();
  const width = b.length + 1;
  const walk = (i: number, j: number): boolean => {
    const key = i * width + j;
    if (seen.has(key)) return false;
    seen.add(key);
    if (i === a.length && j === b.length) return true;
    if (a[i] === "*") return walk(i + 1, j) || (j < b.length && walk(i, j + 1));
    if (b[j] === "*") return walk(i, j + 1) || (i < a.length && walk(i + 1, j));
    if (i === a.length || j === b.length) return false;
    return (a[i] === b[j] || a[i] === "?" || b[j] === "?") && walk(i + 1, j + 1);
  };
  return walk(0, 0);
}

/** Whether every text that matches `narrow` matches `wide`; false also if that is not certain. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === "*") return true;
  if (!WILD.test(wide)) return false;
  const seen = new Set<number>();
  const width = narrow.length + 1;
  const walk = (i: number, j: number): boolean => {
    const key = i * width + j;
    if (seen.has(key)) return false;
    seen.add(key);
    if (i === wide.length) return j === narrow.length;
    if (wide[i] === "*") return walk(i + 1, j) || (j < narrow.length && walk(i, j + 1));
    if (j === narrow.length || narrow[j] === "*") return false;
    return (wide[i] === "?" || wide[i] === narrow[j]) && walk(i + 1, j + 1);
  };
  return walk(0, 0);
}

/** {@link intersects} for whole hosts, label by label as the kubelet compares them. */
export function hostsIntersect(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label, index) => intersects(label, b[index] ?? ""));
}

/** {@link covers} for whole hosts, label by label as the kubelet compares them. */
export function hostCovers(wide: readonly string[], narrow: readonly string[]): boolean {
  return wide.length === narrow.length && wide.every((label, index) => covers(label, narrow[index] ?? ""));
}
