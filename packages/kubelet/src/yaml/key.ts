/** Keys of a YAML mapping, which do not have to be text. */
import { compareBytes, quote } from "@imagecred/protocol/go";
import { formatFloat32, formatFloat64 } from "../go/float.ts";
import type { ScalarValue } from "./scalar.ts";

/** The key as a JSON key; undefined where sigs.k8s.io/yaml has none for it. */
export function keyText(key: ScalarValue): string | undefined {
  switch (key.goType) {
    case "nil":
    case "uint64":
      return undefined;
    case "float64":
      return formatFloat32(key.value)
        .replace(/^\+?(-?)Inf$/, "$1.inf")
        .replace("NaN", ".nan");
    default:
      return String(key.value);
  }
}

/** The order in which Go prints keys (internal/fmtsort). Go orders those of different types by memory address. */
export function compareKeys(a: ScalarValue, b: ScalarValue): number {
  if (a.goType === "string" && b.goType === "string") return compareBytes(a.value, b.value);
  if (a.goType !== b.goType || a.goType === "nil" || b.goType === "nil") {
    return a.goType === b.goType
      ? 0
      : a.goType === "nil"
        ? -1
        : b.goType === "nil"
          ? 1
          : a.goType < b.goType
            ? -1
            : 1;
  }
  return Number.isNaN(a.value) ? -1 : a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** `%#v` of a scalar. */
export function goSyntax(key: ScalarValue, nil = "<nil>"): string {
  switch (key.goType) {
    case "nil":
      return nil;
    case "string":
      return quote(key.value);
    case "float64":
      return formatFloat64(key.value);
    case "uint64":
      return `0x${key.value.toString(16)}`;
    default:
      return String(key.value);
  }
}
