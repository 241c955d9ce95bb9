/** apimachinery's field errors (pkg/util/validation/field/errors.go, v0.37.2), with their texts. */
import { formatGoDuration, quote } from "@imagecred/protocol/go";
import { goJson } from "../go/json-text.ts";
import type { ProblemCode } from "./problem.ts";

/** One validation error. */
export interface FieldError {
  readonly code: Extract<ProblemCode, "required" | "invalid" | "unsupported" | "duplicate" | "forbidden">;
  /** The whole text: `providers.name: Invalid value: "a b": provider name cannot contain spaces`. */
  readonly message: string;
  /** With indices, which the kubelet's text omits: `providers[0].name`. */
  readonly path: string;
}

/** Collects field errors; paths are given with indices. */
export class FieldErrors {
  readonly list: FieldError[] = [];
  readonly #jsonValues: boolean;

  /** @param jsonValues 1.34: values that are not plain strings are shown as JSON, not in Go syntax */
  constructor(jsonValues: boolean) {
    this.#jsonValues = jsonValues;
  }

  required(path: string, detail: string): void {
    this.#add("required", path, "Required value", detail);
  }

  forbidden(path: string, detail: string): void {
    this.#add("forbidden", path, "Forbidden", detail);
  }

  invalid(path: string, value: string, detail: string): void {
    this.#add("invalid", path, `Invalid value: ${quote(value)}`, detail);
  }

  invalidList(path: string, value: readonly string[], detail: string): void {
    const shown = this.#jsonValues ? goJson(value) : `[]string{${value.map(quote).join(", ")}}`;
    this.#add("invalid", path, `Invalid value: ${shown}`, detail);
  }

  invalidDuration(path: string, nanoseconds: bigint, detail: string): void {
    const text = formatGoDuration(nanoseconds);
    this.#add("invalid", path, `Invalid value: ${this.#jsonValues ? goJson(text) : text}`, detail);
  }

  duplicate(path: string, value: string): void {
    this.#add("duplicate", path, `Duplicate value: ${quote(value)}`, "");
  }

  unsupported(path: string, value: string, supported: readonly string[]): void {
    this.#unsupported(path, quote(value), supported);
  }

  /** For a value whose Go type is not string itself: it is shown as JSON. */
  unsupportedEnum(path: string, value: string, supported: readonly string[]): void {
    this.#unsupported(path, goJson(value), supported);
  }

  #unsupported(path: string, shown: string, supported: readonly string[]): void {
    const detail = `supported values: ${supported.map(quote).join(", ")}`;
    this.#add("unsupported", path, `Unsupported value: ${shown}`, detail);
  }

  #add(code: FieldError["code"], path: string, body: string, detail: string): void {
    const field = path.replace(/\[\d+\]/g, "");
    this.list.push({ code, path, message: `${field}: ${body}${detail === "" ? "" : `: ${detail}`}` });
  }
}

/** ErrorList.ToAggregate: equal texts once, in brackets when there are several. */
export function aggregateText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((error) => error.message))];
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}
