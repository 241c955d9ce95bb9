import type { Files } from "../files/files.ts";
import { joinPath, listSeparator } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";

/** Certificate authorities that a program trusts. */
export interface TrustedAuthorities {
  /** All certificates as PEM; undefined if none was found. */
  readonly pem: string | undefined;
  /** Configured files that cannot be read, each a sentence. */
  readonly problems: readonly string[];
}

/** Go's files and directories on Linux (crypto/x509, root_linux.go): it reads the first existing file, and every directory. */
const FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const DIRECTORIES = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

const LARGEST_FILE_BYTES = 16 << 20;
/** Maximum number of files read in a directory; real trust stores have fewer. */
const MOST_FILES = 4096;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The certificate authorities that a Go program such as the kubelet, containerd and CRI-O trusts: SSL_CERT_FILE replaces the
 * system's bundle, SSL_CERT_DIR its directories; one does not replace the other (crypto/x509, root_unix.go).
 * @param files the program's own files: a kubelet in a container has other bundles than the machine
 * @param more additional files (`ca` of a hosts.toml)
 */
export function trustedAuthorities(
  files: Files,
  environment: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): TrustedAuthorities {
  const problems: string[] = [];
  const blocks = new Set<string>();
  const add = (path: string): "read" | "absent" | string => {
    const text = readText(files, path, LARGEST_FILE_BYTES);
    if (text.state === "absent") return "absent";
    if (text.state === "unreadable") return text.reason;
    for (const [block] of text.text.matchAll(BLOCK)) blocks.add(block);
    return "read";
  };
  const addConfigured = (path: string, prefix: string) => {
    const outcome = add(path);
    if (outcome !== "read")
      problems.push(`${prefix}${path} cannot be read: ${outcome === "absent" ? "no such file" : outcome}`);
  };
  const file = environment["SSL_CERT_FILE"];
  if (file) addConfigured(file, "SSL_CERT_FILE=");
  else FILES.find((path) => add(path) === "read");
  const directories = listed(environment["SSL_CERT_DIR"]);
  for (const directory of directories ?? DIRECTORIES) {
    const listing = listDirectory(files, directory);
    if (listing.state === "read") {
      for (const name of listing.names.slice(0, MOST_FILES)) add(joinPath(directory, name));
    } else if (directories !== undefined) {
      const reason = listing.state === "absent" ? "no such directory" : listing.reason;
      problems.push(`SSL_CERT_DIR=${directory} cannot be read: ${reason}`);
    }
  }
  for (const path of more) addConfigured(path, "");
  return { pem: blocks.size === 0 ? undefined : `${[...blocks].join("\n")}\n`, problems };
}

/** The paths of a list, separated as on Windows if its first path is a Windows path. */
function listed(list: string | undefined): readonly string[] | undefined {
  return list?.split(listSeparator(list)).filter((one) => one !== "");
}
