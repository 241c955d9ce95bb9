/**
 * Decoding of JSON into Go types, as sigs.k8s.io/json's UnmarshalStrict and UnmarshalCaseSensitivePreserveInts do it
 * (its internal/golang/encoding/json/decode.go): exact key names, unknown and repeated keys collected, the first wrong
 * type reported with Go's name of the field and of its type.
 */
import { GoDurationError, parseGoDuration } from "@imagecred/protocol/go";
import type { DecodeContext } from "./decode-context.ts";
import type { DataNode } from "./tree.ts";

/** The JSON structure of a type, for schemas. */
export type GoShape =
  | { readonly kind: "string" | "bool" | "duration" }
  | { readonly kind: "slice" | "map"; readonly element: GoShape }
  /** Fields by their JSON names. */
  | { readonly kind: "struct"; readonly fields: ReadonlyMap<string, GoShape> };

/** A Go type that a JSON value can be decoded into. */
export interface GoType<T> {
  /** As reflect prints it: `string`, `[]v1.ExecEnvVar`. */
  readonly goName: string;
  readonly shape: GoShape;
  readonly zero: () => T;
  /** `previous` is the existing value: JSON can repeat a key, and the second value is decoded into the first. */
  readonly decode: (context: DecodeContext, node: DataNode, previous: T) => T;
}

/** The TypeScript type that a {@link GoType} decodes to. */
export type Decoded<G> = G extends GoType<infer T> ? T : never;

/** A `string`, or a type whose kind is string. */
export function goString(goName = "string"): GoType<string> {
  return {
    goName,
    shape: { kind: "string" },
    zero: () => "",
    decode: (context, node, previous) => {
      if (node.type === "string") return node.value;
      if (node.type !== "null") context.saveTypeError(node, goName);
      return previous;
    },
  };
}

/** A `*bool`. */
export const goBoolPointer: GoType<boolean | null> = {
  goName: "bool",
  shape: { kind: "bool" },
  zero: () => null,
  decode: (context, node, previous) => {
    if (node.type === "bool") return node.value;
    if (node.type === "null") return null;
    context.saveTypeError(node, "bool");
    return previous;
  },
};

/** A `*metav1.Duration`: nanoseconds. Its own UnmarshalJSON fails at once and overrides earlier errors. */
export const goDurationPointer: GoType<bigint | null> = {
  goName: "v1.Duration",
  shape: { kind: "duration" },
  zero: () => null,
  decode: (context, node) => {
    if (node.type === "null") return null;
    if (node.type !== "string") throw context.typeError(node, "string");
    try {
      return parseGoDuration(node.value);
    } catch (error) {
      if (error instanceof GoDurationError) throw context.failure(node, error.message, "duration");
      throw error;
    }
  },
};

/** A slice; null when it is nil. */
export function goSlice<T>(element: GoType<T>): GoType<readonly T[] | null> {
  const goName = `[]${element.goName}`;
  return {
    goName,
    shape: { kind: "slice", element: element.shape },
    zero: () => null,
    decode: (context, node, previous) => {
      if (node.type === "null") return null;
      if (node.type !== "array") {
        context.saveTypeError(node, goName);
        return previous;
      }
      return node.items.map((item, index) =>
        context.inIndex(index, item, () =>
          element.decode(context, item, previous?.[index] ?? element.zero()),
        ),
      );
    },
  };
}

/** A map with string keys; null when it is nil. A repeated key replaces the first value. */
export function goMap<T>(element: GoType<T>): GoType<ReadonlyMap<string, T> | null> {
  const goName = `map[string]${element.goName}`;
  return {
    goName,
    shape: { kind: "map", element: element.shape },
    zero: () => null,
    decode: (context, node, previous) => {
      if (node.type === "null") return null;
      if (node.type !== "object") {
        context.saveTypeError(node, goName);
        return previous;
      }
      const map = new Map<string, T>(previous);
      const seen = new Set<string>();
      for (const { key, keyAt, value } of node.entries) {
        if (seen.has(key)) context.saveStrictError("duplicate", key, keyAt);
        seen.add(key);
        map.set(
          key,
          context.inKey(key, value, () => element.decode(context, value, element.zero())),
        );
      }
      return map;
    },
  };
}

/** The fields of a struct by their JSON names. */
export type GoFields<T> = { readonly [K in keyof T & string]: GoType<T[K]> };

/** A struct's JSON names, if they are not those of its fields. */
export interface StructOptions<T> {
  /** Fields that this version of the type does not have: they keep their zero value, and their name is unknown. */
  readonly without?: readonly (keyof T & string)[];
  readonly jsonName?: (field: string) => string;
}

/** A struct. `goName` has the package, such as `v1.CredentialProvider`. */
export function goStruct<T extends object>(
  goName: string,
  fields: GoFields<T>,
  options: StructOptions<T> = {},
): GoType<T> {
  const all = Object.keys(fields) as (keyof T & string)[];
  const names = all.filter((name) => !options.without?.includes(name));
  const byJsonName = new Map(names.map((name) => [options.jsonName?.(name) ?? name, name]));
  const zero = () => Object.fromEntries(all.map((name) => [name, fields[name].zero()])) as T;
  const decodeField = <K extends keyof T & string>(
    context: DecodeContext,
    name: K,
    node: DataNode,
    into: T,
  ) => {
    into[name] = fields[name].decode(context, node, into[name]);
  };
  return {
    goName,
    shape: {
      kind: "struct",
      fields: new Map([...byJsonName].map(([jsonName, name]) => [jsonName, fields[name].shape])),
    },
    zero,
    decode: (context, node, previous) => {
      if (node.type === "null") return previous;
      if (node.type !== "object") {
        context.saveTypeError(node, goName);
        return previous;
      }
      const result: T = { ...previous };
      const seen = new Set<string>();
      for (const { key, keyAt, value } of node.entries) {
        const name = byJsonName.get(key);
        if (name === undefined) {
          context.saveStrictError("unknown", key, keyAt);
          continue;
        }
        if (seen.has(key)) context.saveStrictError("duplicate", key, keyAt);
        seen.add(key);
        context.inField(goName, key, value, () => decodeField(context, name, value, result));
      }
      return result;
    },
  };
}

/** A pointer to a struct; null when it is nil. */
export function goPointer<T>(target: GoType<T>): GoType<T | null> {
  return {
    goName: target.goName,
    shape: target.shape,
    zero: () => null,
    decode: (context, node, previous) =>
      node.type === "null" ? null : target.decode(context, node, previous ?? target.zero()),
  };
}
