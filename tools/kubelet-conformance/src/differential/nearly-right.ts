import fc from "fast-check";
import { type Tree, textScalar } from "./documents.ts";

/** A key, its value, and its probability (default 0.99). */
export type Field = readonly [name: string, value: fc.Arbitrary<Tree>, presence?: number];

type Entries = readonly (readonly [string, Tree])[];

/** Mostly valid documents, with a mistake at each position one time in `rarity`. */
export class NearlyRight {
  readonly #odd: fc.Arbitrary<Tree>;
  readonly #rarity: number;

  /** @param odd the value for a wrong place */
  constructor(odd: fc.Arbitrary<Tree>, rarity: number) {
    this.#odd = odd;
    this.#rarity = rarity;
  }

  /** The right value, or sometimes another one. */
  value(right: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> {
    return this.#seldom(right, this.#odd);
  }

  text(values: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
    return this.value(values.map(textScalar));
  }

  list(items: fc.Arbitrary<Tree>, minLength = 0, maxLength = 3): fc.Arbitrary<Tree> {
    return this.value(fc.array(items, { minLength, maxLength }).map((all) => ({ kind: "list", items: all })));
  }

  /** A map with each field present or, at times, absent, out of order, twice, in the wrong case, or unknown. */
  map(fields: readonly Field[]): fc.Arbitrary<Tree> {
    const present = fc.tuple(...fields.map(sometimes));
    const again = fc.constantFrom(...fields);
    const more = fc.oneof(
      fc.tuple(fc.constantFrom("unknown", "metadata", "x-y", "status", "auth"), this.#odd),
      again.chain(([name, value]) => fc.tuple(fc.constant(name), value)),
      again.chain(([name, value]) =>
        fc.tuple(fc.constantFrom(name.toUpperCase(), name.toLowerCase(), `${name} `), value),
      ),
    );
    const extra = this.#seldom<Entries>(
      fc.constant([]),
      more.map((entry) => [entry]),
    );
    return fc.tuple(present, extra, fc.boolean()).map(([all, others, reversed]): Tree => {
      const entries = [...all.flat(), ...others];
      return { kind: "map", entries: reversed ? entries.toReversed() : entries };
    });
  }

  /** One of the values that are right, and now and then another: one time in `weight` where mistakes are one in thirty. */
  usually(good: readonly string[], other: fc.Arbitrary<string>, weight = 15): fc.Arbitrary<string> {
    const right = Math.max(1, Math.round((weight * this.#rarity) / 30));
    return fc.oneof({ weight: right, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: other });
  }

  #seldom<T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>): fc.Arbitrary<T> {
    return fc.oneof({ weight: this.#rarity - 1, arbitrary: right }, { weight: 1, arbitrary: wrong });
  }
}

function sometimes([name, value, presence = 0.99]: Field): fc.Arbitrary<Entries> {
  // Unbiased: fast-check prefers the ends of a range, which here would mean a missing field.
  return fc
    .tuple(fc.noBias(fc.double({ min: 0, max: 1, noNaN: true })), value)
    .map(([chance, tree]) => (chance < presence ? [[name, tree]] : []));
}
