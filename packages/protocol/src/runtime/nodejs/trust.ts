import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates, rootCertificates } from "node:tls";
import type { Environment } from "../../environment.ts";
import { systemReason } from "../../system-error.ts";
import { codeOf } from "./errors.ts";
import { readFile } from "./files.ts";

/** Where Linux distributions keep their bundle; the order of Go's crypto/x509 (root_linux.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Variables whose file is added to the others. */
const EXTRA = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/** Bytes of a bundle, of a file in a directory, and how many of these are read: above any real trust store. */
const BUNDLE_LIMIT = 16 * 1024 * 1024;
const FILE_LIMIT = 1024 * 1024;
const FILES_LIMIT = 4096;

/** Certificate authorities to trust. */
export interface TrustedCertificates {
  /** Texts in PEM. */
  readonly pem: readonly string[];
  /** Where they are from, for messages: `SSL_CERT_FILE=/ca.pem, AWS_CA_BUNDLE=/aws.pem`. */
  readonly source: string;
  /** A file that the environment names and that could not be read: the system's code, and words. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
}

/**
 * The certificate authorities to trust: SSL_CERT_FILE and SSL_CERT_DIR, else the system's store, else the Mozilla roots that
 * Node.js carries. AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS are added. Never rejects.
 */
export async function trustedCertificates(env: Environment): Promise<TrustedCertificates> {
  const { pem, source, problem } = await base(env);
  const found = { pem: [...pem], source: [...source], problem };
  for (const name of EXTRA) {
    const path = env[name];
    if (path === undefined || path === "") continue;
    try {
      found.pem.push(await readText(path, BUNDLE_LIMIT));
      found.source.push(`${name}=${path}`);
    } catch (error) {
      found.problem = unreadable(`${name}=${path}`, error);
    }
  }
  return { pem: found.pem, source: found.source.join(", "), problem: found.problem };
}

/** What the environment says of trusted certificates, for the message that reading them takes too long. */
export function configuredTrust(env: Environment): string {
  const names = ["SSL_CERT_FILE", "SSL_CERT_DIR", ...EXTRA].filter((name) => env[name]);
  return names.length === 0 ? "the system's" : names.map((name) => `${name}=${env[name]}`).join(", ");
}

interface Found {
  readonly pem: readonly string[];
  readonly source: readonly string[];
  readonly problem: TrustedCertificates["problem"];
}

async function base(env: Environment): Promise<Found> {
  if (env["SSL_CERT_FILE"] || env["SSL_CERT_DIR"]) return await configured(env);
  if (process.platform === "win32" || process.platform === "darwin") {
    const pem = [...rootCertificates, ...getCACertificates("system")];
    return { pem, source: ["the system's store"], problem: undefined };
  }
  for (const path of SYSTEM_BUNDLES) {
    try {
      return { pem: [await readText(path, BUNDLE_LIMIT)], source: [path], problem: undefined };
    } catch {
      // The next distribution's place.
    }
  }
  return { pem: rootCertificates, source: ["the roots built in"], problem: undefined };
}

/** As in Go's crypto/x509, a place that cannot be read is a problem only where there is no other. */
async function configured(env: Environment): Promise<Found> {
  const pem: string[] = [];
  const source: string[] = [];
  let usable = false;
  let problem: TrustedCertificates["problem"];
  const add = async (named: string, read: () => Promise<readonly string[]>) => {
    try {
      pem.push(...(await read()));
      source.push(named);
      usable = true;
    } catch (error) {
      source.push(`${named} (cannot be read)`);
      problem ??= unreadable(named, error);
    }
  };
  const file = env["SSL_CERT_FILE"];
  if (file) await add(`SSL_CERT_FILE=${file}`, async () => [await readText(file, BUNDLE_LIMIT)]);
  const separator = process.platform === "win32" ? ";" : ":";
  for (const directory of (env["SSL_CERT_DIR"] ?? "").split(separator)) {
    if (directory !== "") await add(`SSL_CERT_DIR=${directory}`, () => certificatesIn(directory));
  }
  return { pem, source, problem: usable ? undefined : problem };
}

/** Files that cannot be read are passed over: such directories hold links of every age, and other things. */
async function certificatesIn(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).slice(0, FILES_LIMIT);
  const texts: string[] = [];
  for (const name of names) {
    const path = join(directory, name);
    try {
      if ((await stat(path)).isFile()) texts.push(await readText(path, FILE_LIMIT));
    } catch {
      // Passed over.
    }
  }
  return texts;
}

async function readText(path: string, limit: number): Promise<string> {
  return new TextDecoder().decode(await readFile(path, limit));
}

function unreadable(named: string, error: unknown): TrustedCertificates["problem"] {
  return { code: codeOf(error), message: `${named} cannot be read: ${systemReason(error)}` };
}
