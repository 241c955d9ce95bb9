import type { Files } from "../files/files.ts";
import { joinPath, listSeparator } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";

/** Certificate authorities that a program trusts. */
export interface TrustedAuthorities {
  /** PEM, all of them; undefined where none was found. */
  readonly pem: string | undefined;
  /** What is named and cannot be read, each a sentence. */
  readonly problems: readonly string[];
}

/** Where Go looks on Linux (crypto/x509, root_linux.go): the first file that is there, and every directory. */
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
/** Files of one directory; no real trust store has as many. */
const MOST_FILES = 4096;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * What a Go program trusts (the kubelet, containerd and CRI-O are such): SSL_CERT_FILE in place of the system's bundle,
 * SSL_CERT_DIR in place of its directories; the one does not replace the other (crypto/x509, root_unix.go).
 * @param files the program's own: a kubelet in a container has other bundles than the machine
 * @param more files that are trusted besides (`ca` of a hosts.toml)
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
  const named = (path: string, who: string) => {
    const outcome = add(path);
    if (outcome !== "read")
      problems.push(`${who}${path} cannot be read: ${outcome === "absent" ? "no such file" : outcome}`);
  };
  const file = environment["SSL_CERT_FILE"];
  if (file) named(file, "SSL_CERT_FILE=");
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
  for (const path of more) named(path, "");
  return { pem: blocks.size === 0 ? undefined : `${[...blocks].join("\n")}\n`, problems };
}

/** The paths of a list; it has Windows' separator where its first path is one of Windows. */
function listed(list: string | undefined): readonly string[] | undefined {
  return list?.split(listSeparator(list)).filter((one) => one !== "");
}
