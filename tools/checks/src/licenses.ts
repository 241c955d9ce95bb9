import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether an SPDX license expression is met by licenses of this set: `AND`, `OR`, parentheses; `WITH` an exception counts as
 * the license itself. Cargo's older `MIT/Apache-2.0` means OR.
 * @throws Error for text that is not such an expression
 */
export function allows(expression: string, licenses: ReadonlySet<string>): boolean {
  const tokens = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let met = both();
    while (tokens[at] === "OR") {
      at++;
      met = both() || met;
    }
    return met;
  };
  const both = (): boolean => {
    let met = one();
    while (tokens[at] === "AND") {
      at++;
      met = one() && met;
    }
    return met;
  };
  const one = (): boolean => {
    const token = tokens[at++];
    if (token === "(") {
      const met = either();
      if (tokens[at++] !== ")") throw new Error(`no license expression: ${expression}`);
      return met;
    }
    if (token === undefined || /^(?:\)|AND|OR|WITH)$/.test(token)) {
      throw new Error(`no license expression: ${expression}`);
    }
    if (tokens[at] === "WITH") at += 2;
    return licenses.has(token);
  };
  const met = either();
  if (at < tokens.length) throw new Error(`no license expression: ${expression}`);
  return met;
}

/** Phrases that identify a license's text, most specific first. The names are SPDX's. */
const TEXTS: readonly (readonly [license: string, words: RegExp])[] = [
  // Its text names the GNU licenses.
  ["MPL-2.0", /mozilla public license,? version 2\.0/],
  ["AGPL-3.0", /gnu affero general public license/],
  ["LGPL-3.0", /gnu lesser general public license/],
  ["GPL-3.0", /gnu general public license/],
  ["Apache-2.0", /apache license,? version 2\.0/],
  ["MIT", /permission is hereby granted, free of charge/],
  ["BSD-3-Clause", /redistribution and use in source and binary forms.*neither the name/],
  ["BSD-2-Clause", /redistribution and use in source and binary forms/],
  ["ISC", /permission to use, copy, modify, and(?:\/or)? distribute this software/],
  ["CC0-1.0", /cc0 1\.0 universal/],
  ["Unlicense", /released into the public domain/],
];

const FILE = /^(?:licen[cs]e|copying|unlicense)/i;

/**
 * The licenses whose texts are at the top of a directory, as one expression: where there are several files, all of them count.
 * Go modules say their license in no other way.
 * @returns undefined where there is none that is known
 */
export function licenseIn(directory: string): string | undefined {
  const found = new Set<string>();
  for (const name of readdirSync(directory).filter((each) => FILE.test(each))) {
    const path = join(directory, name);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path, "utf8").toLowerCase().replace(/\s+/g, " ");
    const [license] = TEXTS.find(([, words]) => words.test(text)) ?? [];
    if (license !== undefined) found.add(license);
  }
  return found.size === 0 ? undefined : [...found].join(" AND ");
}

/** A Go module of one version. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
}

/** The modules that a go.mod requires, after its replacements; those of this repository are left out. */
export function requiredModules(goMod: string): readonly GoModule[] {
  const replaced = new Map<string, GoModule | undefined>();
  for (const [, from = "", to = "", version] of goMod.matchAll(
    /^\s*(?:replace )?(\S+)(?: v\S+)? => (\S+)(?: (v\S+))?$/gm,
  ))
    replaced.set(from, version === undefined ? undefined : { path: to, version });
  const required = goMod.matchAll(/^(?:\t|require )([\w.~/-]+\.[\w.~/-]+) (v\S+)(?: \/\/ indirect)?$/gm);
  return [...required].flatMap(([, path = "", version = ""]) => {
    if (!replaced.has(path)) return [{ path, version }];
    const other = replaced.get(path);
    return other === undefined ? [] : [other];
  });
}

/** Where Go keeps a module's files; undefined where it has not been downloaded. @param cache GOMODCACHE */
export function moduleDirectory(cache: string, { path, version }: GoModule): string | undefined {
  // Upper case letters of paths are written with `!` (golang.org/ref/mod, "Module cache").
  const escaped = (text: string) => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
  const directory = join(cache, `${escaped(path)}@${escaped(version)}`);
  return existsSync(directory) ? directory : undefined;
}
