import fc from "fast-check";

/** Texts made of pieces that are special to the code under test, in any order, and sometimes of any characters. */
export function pieces(
  alphabet: readonly string[],
  { min = 0, max = 8 }: { min?: number; max?: number } = {},
): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...alphabet) },
    { weight: 1, arbitrary: anyText(3) },
  );
  return fc.array(piece, { minLength: min, maxLength: max }).map((parts) => parts.join(""));
}

/** Any text that JSON can carry to both sides: every code point but lone surrogates, control characters included. */
export function anyText(maxLength = 12): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "binary", maxLength }),
    fc.string({ unit: "binary-ascii", maxLength }),
    fc.string({ unit: "grapheme", maxLength }),
  );
}

/** The text with a few faults: characters removed, doubled, inserted or replaced. */
export function damaged(
  text: fc.Arbitrary<string>,
  alphabet: readonly string[],
  maxDamages = 2,
): fc.Arbitrary<string> {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom("drop", "double", "insert", "replace"),
    with: fc.oneof(fc.constantFrom(...alphabet), fc.string({ unit: "binary-ascii", maxLength: 1 })),
  });
  return fc.tuple(text, fc.array(damage, { maxLength: maxDamages })).map(([whole, damages]) =>
    damages.reduce((now, { at, kind, with: piece }) => {
      const characters = Array.from(now);
      const index = Math.floor(at * characters.length);
      const here = characters[index] ?? "";
      const instead = { drop: "", double: here + here, insert: piece + here, replace: piece }[kind];
      characters.splice(index, 1, instead ?? here);
      return characters.join("");
    }, whole),
  );
}
