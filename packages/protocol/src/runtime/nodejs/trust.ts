import { join } from "node:path";
import { getCACertificates, rootCertificates } from "node:tls";
import type { Environment } from "../../environment.ts";
import { systemReason } from "../../system-error.ts";
import { codeOf } from "./errors.ts";
import { readFile } from "./files.ts";

/** Paths of the Linux distributions' bundles, in the order of Go's crypto/x509 (root_linux.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Variables whose files are added to the other certificates. */
const EXTRA = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/** Limits of a bundle (bytes), of a file in a directory (bytes) and of the number of files: above any real trust store. */
const BUNDLE_LIMIT = 16 * 1024 * 1024;
const FILE_LIMIT = 1024 * 1024;
const FILES_LIMIT = 4096;

/** Trusted certificate authorities. */
export interface TrustedCertificates {
  /** PEM texts, each with any number of certificates. */
  readonly pem: readonly string[];
  /** Their source, for messages: `SSL_CERT_FILE=/ca.pem, AWS_CA_BUNDLE=/aws.pem`. */
  readonly source: string;
  /** The error for a configured file that could not be read: the system's code, and a message. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
}

/**
 * Reads the trusted certificate authorities: SSL_CERT_FILE and SSL_CERT_DIR, else the system's store, else the Mozilla
 * roots in Node.js. AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS are added. Never rejects.
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

/** The environment's settings for trusted certificates, for the message that reading them takes too long. */
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
      // Try the next distribution's path.
    }
  }
  return { pem: rootCertificates, source: ["the roots built in"], problem: undefined };
}

/** As in Go's crypto/x509, a path that cannot be read is an error only if no other can be read. */
async function configured(env: Environment): Promise<Found> {
  const pem: string[] = [];
  const source: string[] = [];
  let usable = false;
  let problem: TrustedCertificates["problem"];
  const add = async (setting: string, read: () => Promise<readonly string[]>) => {
    try {
      pem.push(...(await read()));
      source.push(setting);
      usable = true;
    } catch (error) {
      source.push(`${setting} (cannot be read)`);
      problem ??= unreadable(setting, error);
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

/** Files that cannot be read are skipped: such directories contain dangling links and other files. */
async function certificatesIn(directory: string): Promise<readonly string[]> {
  // Loaded on demand: Node.js needs three milliseconds for it.
  const { readdir, stat } = process.getBuiltinModule("node:fs").promises;
  const names = (await readdir(directory)).slice(0, FILES_LIMIT);
  const texts: string[] = [];
  for (const name of names) {
    const path = join(directory, name);
    try {
      if ((await stat(path)).isFile()) texts.push(await readText(path, FILE_LIMIT));
    } catch {
      // Skip it.
    }
  }
  return texts;
}

async function readText(path: string, limit: number): Promise<string> {
  return new TextDecoder().decode(await readFile(path, limit));
}

function unreadable(setting: string, error: unknown): TrustedCertificates["problem"] {
  return { code: codeOf(error), message: `${setting} cannot be read: ${systemReason(error)}` };
}
