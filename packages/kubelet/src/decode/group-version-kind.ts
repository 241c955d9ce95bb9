/**
 * The object's type according to a document: SimpleMetaFactory.Interpret (apimachinery v0.37.2,
 * pkg/runtime/serializer/json/meta.go) with encoding/json's lax reading of the two keys.
 */
import type { DataNode } from "./tree.ts";

/** `group/version` and kind. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Go cannot read the document's apiVersion and kind. */
export class InterpretError extends Error {
  override name = "InterpretError";
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const META_TYPE =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/**
 * Reads `apiVersion` and `kind`.
 *
 * @throws {InterpretError} with Go's text
 */
export function interpret(root: DataNode): GroupVersionKind {
  const fields = { apiVersion: "", kind: "" };
  let apiVersionAt = root.at;
  let mismatch: InterpretError | undefined;
  const wrongType = (node: DataNode, into: string) => {
    const message = `couldn't get version/kind; json parse error: json: cannot unmarshal ${node.type} into Go ${into}`;
    mismatch ??= new InterpretError(message, node.at);
  };
  if (root.type === "object") {
    for (const { key, value } of root.entries) {
      const field = fieldFor(key);
      if (field === undefined || value.type === "null") continue;
      if (value.type !== "string") {
        wrongType(value, `struct field .${field} of type string`);
        continue;
      }
      fields[field] = value.value;
      if (field === "apiVersion") apiVersionAt = value.at;
    }
  } else if (root.type !== "null") {
    wrongType(root, `value of type ${META_TYPE}`);
  }
  if (mismatch !== undefined) throw mismatch;
  const parsed = parseGroupVersion(fields.apiVersion);
  if (parsed === undefined) {
    throw new InterpretError(`unexpected GroupVersion string: ${fields.apiVersion}`, apiVersionAt);
  }
  return { ...parsed, kind: fields.kind };
}

/** encoding/json prefers the exact name and else ignores case, Unicode's simple folding included. */
function fieldFor(key: string): "apiVersion" | "kind" | undefined {
  if (key === "apiVersion" || key === "kind") return key;
  // Only two code points beyond ASCII fold to ASCII letters: the Kelvin sign and the long s.
  const folded = key
    .replaceAll("\u212a", "k")
    .replaceAll("\u017f", "s")
    .replace(/[A-Z]/g, (char) => char.toLowerCase());
  return folded === "apiversion" ? "apiVersion" : folded === "kind" ? "kind" : undefined;
}

function parseGroupVersion(text: string): { group: string; version: string } | undefined {
  if (text === "" || text === "/") return { group: "", version: "" };
  const parts = text.split("/");
  if (parts.length > 2) return undefined;
  const [first = "", second] = parts;
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

/** schema.GroupVersion's String(). */
export function groupVersionText(gvk: { readonly group: string; readonly version: string }): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}
