import { quote } from "@imagecred/protocol/go";
import type { DataNode } from "./tree.ts";

/** The kind of a document's fault. */
export type DecodeFault = "type" | "duration" | "unknown-field" | "duplicate-key";

/** One fault, in Go's words. */
export interface DecodeProblem {
  readonly fault: DecodeFault;
  readonly message: string;
  readonly at: number;
}

/** Decoding cannot continue, or a value had the wrong type. */
export class DecodeError extends Error implements DecodeProblem {
  override name = "DecodeError";
  readonly fault: DecodeFault;
  readonly at: number;
  constructor(fault: DecodeFault, message: string, at: number) {
    super(message);
    this.fault = fault;
    this.at = at;
  }
}

/** encoding/json reports no more errors than this. */
const MAX_STRICT_ERRORS = 100;

/** The decoder's position and results so far. */
export class DecodeContext {
  /** The first value of a wrong type; reported once everything is read. */
  typeMismatch: DecodeError | undefined;
  /** Unknown and repeated fields, in order, each once. */
  readonly strictProblems: DecodeProblem[] = [];
  /** The position of each value, by a path such as `providers[0].matchImages[1]`. */
  readonly locations = new Map<string, number>();
  readonly #seen = new Set<string>();
  #path = "";
  #struct = "";
  #fields: readonly string[] = [];

  inField<T>(structName: string, key: string, value: DataNode, decode: () => T): T {
    const before = { struct: this.#struct, fields: this.#fields };
    // The name without its package: reflect's Name().
    this.#struct = structName.slice(structName.lastIndexOf(".") + 1);
    this.#fields = [...this.#fields, key];
    const result = this.inKey(key, value, decode);
    this.#struct = before.struct;
    this.#fields = before.fields;
    return result;
  }

  inKey<T>(key: string, value: DataNode, decode: () => T): T {
    return this.#within(this.#path === "" ? key : `${this.#path}.${key}`, value, decode);
  }

  inIndex<T>(index: number, value: DataNode, decode: () => T): T {
    return this.#within(`${this.#path}[${index}]`, value, decode);
  }

  #within<T>(path: string, value: DataNode, decode: () => T): T {
    const before = this.#path;
    this.#path = path;
    this.locations.set(path, value.at);
    const result = decode();
    this.#path = before;
    return result;
  }

  saveTypeError(node: DataNode, goName: string): void {
    this.typeMismatch ??= this.typeError(node, goName);
  }

  /** json.UnmarshalTypeError. */
  typeError(node: DataNode, goName: string): DecodeError {
    const into =
      this.#fields.length === 0
        ? `Go value of type ${goName}`
        : `Go struct field ${this.#struct}.${this.#fields.join(".")} of type ${goName}`;
    return this.failure(node, `json: cannot unmarshal ${node.type} into ${into}`, "type");
  }

  failure(node: DataNode, message: string, fault: DecodeFault): DecodeError {
    return new DecodeError(fault, message, node.at);
  }

  saveStrictError(kind: "unknown" | "duplicate", key: string, at: number): void {
    const message = `${kind} field ${quote(this.#path === "" ? key : `${this.#path}.${key}`)}`;
    if (this.strictProblems.length >= MAX_STRICT_ERRORS || this.#seen.has(message)) return;
    this.#seen.add(message);
    this.strictProblems.push({ fault: kind === "unknown" ? "unknown-field" : "duplicate-key", message, at });
  }
}
