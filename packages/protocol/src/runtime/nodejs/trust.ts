import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, rootCertificates } from "node:tls";
import type { Environment } from "../../environment.ts";

/** Where Linux distributions keep their bundle; the order of Go's crypto/x509 (root_linux.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The certificate authorities to trust, as PEM: SSL_CERT_FILE or SSL_CERT_DIR, else the system's store, else the Mozilla
 * roots that Node carries; AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS are added.
 * @throws for a file that was named and cannot be read
 */
export function trustedCertificates(env: Environment): string[] {
  const extra = [env["AWS_CA_BUNDLE"], env["NODE_EXTRA_CA_CERTS"]]
    .filter((path) => path !== undefined && path !== "")
    .map((path) => readFileSync(path as string, "utf8"));
  return [...base(env), ...extra];
}

function base(env: Environment): readonly string[] {
  const named = env["SSL_CERT_FILE"];
  const directory = env["SSL_CERT_DIR"];
  if (named || directory) {
    return [...(named ? [readFileSync(named, "utf8")] : []), ...(directory ? certificatesIn(directory) : [])];
  }
  if (process.platform === "win32" || process.platform === "darwin") {
    return [...rootCertificates, ...getCACertificates("system")];
  }
  for (const path of SYSTEM_BUNDLES) {
    const bundle = readIfThere(path);
    if (bundle !== undefined) return [bundle];
  }
  return rootCertificates;
}

function certificatesIn(directories: string): string[] {
  return directories
    .split(":")
    .filter((directory) => directory !== "")
    .flatMap((directory) => readdirSync(directory).map((name) => readIfThere(join(directory, name)) ?? ""))
    .filter((text) => text.includes("-----BEGIN CERTIFICATE-----"));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
