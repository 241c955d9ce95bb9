import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import type { Files } from "../files/files.ts";
import { readText } from "../files/read-text.ts";

export type TomlReading =
  | { readonly state: "read"; readonly table: TomlTable; readonly text: string }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly reason: string };

/** Reads a TOML file of a container runtime. */
export function readToml(files: Files, path: string): TomlReading {
  const text = readText(files, path);
  if (text.state !== "read") return text;
  try {
    return { state: "read", table: parse(text.text), text: text.text };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0] ?? "not TOML";
    return { state: "unreadable", reason: `${reason} (line ${error.line})` };
  }
}

export function tableOf(value: TomlValue | undefined): TomlTable | undefined {
  if (typeof value !== "object" || Array.isArray(value) || value instanceof TomlDate) return undefined;
  return value;
}

export function stringOf(value: TomlValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function stringsOf(value: TomlValue | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

/** The line, from 1, of the first table header that contains this text; 1 if there is none. */
export function lineOfHeader(text: string, name: string): number {
  const index = text.split("\n").findIndex((line) => /^\s*\[/.test(line) && line.includes(name));
  return index < 0 ? 1 : index + 1;
}
