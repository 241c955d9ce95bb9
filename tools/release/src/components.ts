import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A piece of third-party software inside an executable. */
export interface Component {
  readonly ecosystem: "npm" | "cargo" | "node";
  readonly name: string;
  readonly version: string;
  /** SPDX license expression as the package declares it; NOASSERTION where it declares none. */
  readonly license: string;
  /** License and notice texts that its package carries, by file name. */
  readonly texts: readonly LicenseText[];
  readonly homepage: string | undefined;
  /** As its manifest has them; for the copyright line where its package carries no license text. */
  readonly authors: readonly string[];
}

export interface LicenseText {
  readonly file: string;
  readonly text: string;
}

/** Package URL (purl-spec), which SBOM readers match vulnerabilities by. */
export function purlOf({ ecosystem, name, version }: Component): string {
  const type = ecosystem === "node" ? "generic" : ecosystem;
  const encoded = name.split("/").map(encodeURIComponent).join("/");
  return `pkg:${type}/${encoded}@${encodeURIComponent(version)}`;
}

export function byName(a: Component, b: Component): number {
  const [left, right] = [a, b].map(({ ecosystem, name, version }) => `${ecosystem} ${name} ${version}`) as [
    string,
    string,
  ];
  return left < right ? -1 : left > right ? 1 : 0;
}

const LICENSE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?$/i;

/** The license and notice files at the top of a package's directory. */
export function licenseTextsIn(directory: string): readonly LicenseText[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENSE_FILE.test(entry.name))
    .map(({ name }) => ({
      file: name,
      text: readFileSync(join(directory, name), "utf8").replace(/\r\n/g, "\n").trim(),
    }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
