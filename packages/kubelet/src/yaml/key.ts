/** Keys of a YAML mapping, which need not be text. */
import { formatFloat32, formatFloat64 } from "../go/float.ts";
import { quote } from "../go/quote.ts";
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

/** `%#v` of a key. */
export function goSyntax(key: ScalarValue): string {
  switch (key.goType) {
    case "nil":
      return "<nil>";
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
