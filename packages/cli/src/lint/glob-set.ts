/**
 * Sets of host names that patterns of the kubelet's kind stand for: enough of path/filepath.Match to compare two patterns
 * (`*`, `?` and letters). Character classes and escapes are left out: a pattern with one compares as "not known".
 */
export function isSimple(pattern: string): boolean {
  return !/[[\]\\]/.test(pattern);
}

/** Whether some text fits both patterns. */
export function intersects(a: string, b: string): boolean {
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

/** Whether every text that fits `narrow` fits `wide`; false also where that is not certain. */
export function covers(wide: string, narrow: string): boolean {
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

interface HostNode<T> {
  readonly children: Map<string, HostNode<T>>;
  /** The children whose label has a wildcard: any label may have to do with them, and no other one has. */
  readonly wild: [label: string, node: HostNode<T>][];
  readonly values: T[];
}

/** Values by host patterns, found without comparing every two of them. */
export class HostIndex<T> {
  readonly #root: HostNode<T> = emptyNode();

  add(labels: readonly string[], value: T): void {
    let node = this.#root;
    for (const label of labels) {
      let child = node.children.get(label);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(label, child);
        if (isWild(label)) node.wild.push([label, child]);
      }
      node = child;
    }
    node.values.push(value);
  }

  /** What was added under hosts that cover this one, as {@link hostCovers} has it. */
  covering(labels: readonly string[]): T[] {
    return this.#find(labels, ({ children, wild }, label) => [
      ...(isWild(label) ? [] : literal(children, label)),
      ...wild.flatMap(([other, child]) => (covers(other, label) ? [child] : [])),
    ]);
  }

  /** What was added under hosts that intersect this one, as {@link hostsIntersect} has it. */
  intersecting(labels: readonly string[]): T[] {
    return this.#find(labels, ({ children, wild }, label) =>
      isWild(label)
        ? [...children].flatMap(([other, child]) => (intersects(label, other) ? [child] : []))
        : [
            ...literal(children, label),
            ...wild.flatMap(([other, child]) => (intersects(other, label) ? [child] : [])),
          ],
    );
  }

  #find(labels: readonly string[], next: (node: HostNode<T>, label: string) => HostNode<T>[]): T[] {
    let nodes = [this.#root];
    for (const label of labels) nodes = nodes.flatMap((node) => next(node, label));
    return nodes.flatMap(({ values }) => values);
  }
}

function emptyNode<T>(): HostNode<T> {
  return { children: new Map(), wild: [], values: [] };
}

function literal<T>(children: ReadonlyMap<string, HostNode<T>>, label: string): HostNode<T>[] {
  const child = children.get(label);
  return child === undefined ? [] : [child];
}

function isWild(label: string): boolean {
  return /[*?]/.test(label);
}

/** Host labels compared one by one, as the kubelet does. */
export function hostsIntersect(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label, index) => intersects(label, b[index] ?? ""));
}

export function hostCovers(wide: readonly string[], narrow: readonly string[]): boolean {
  return wide.length === narrow.length && wide.every((label, index) => covers(label, narrow[index] ?? ""));
}
