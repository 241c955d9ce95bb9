type Init =
  | Headers
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string>>
  | null
  | undefined;

/**
 * The `Headers` of the Fetch standard, as far as libraries use it to carry headers about: names are case-insensitive, a
 * repeated name's values are joined with a comma, iteration is in the order of names.
 */
export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init?: Init) {
    const pairs = init === null || init === undefined ? [] : isIterable(init) ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value).trim());
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this) yield value;
  }

  entries(): Generator<[string, string]> {
    return this[Symbol.iterator]();
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    yield* [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function isIterable(init: NonNullable<Init>): init is Iterable<[string, string]> {
  return Symbol.iterator in init;
}
