import { RequestError } from "../errors.ts";

/** An image's name as the kubelet sends it: host, optional port, repository path; no tag, no digest. */
export interface ImageName {
  /** The whole name, without tag and digest. */
  readonly name: string;
  /** Registry host as written, without port. */
  readonly host: string;
  /** Decimal port as written, since the kubelet compares ports as strings; undefined without one. */
  readonly port: string | undefined;
  /** `host` or `host:port`: the response's key for a credential of this image's registry. */
  readonly registry: string;
  /** Repository path below the registry, without leading slash. */
  readonly repository: string;
}

// The grammar of distribution/reference (github.com/distribution/reference, regexp.go), which the kubelet parses with.
const LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const IPV6 = "\\[(?:[a-fA-F0-9:]+)\\]";
const DOMAIN = new RegExp(`^(${LABEL}(?:\\.${LABEL})*|${IPV6})(?::([0-9]+))?$`);
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** distribution/reference: longest repository name, host included, in characters. */
const LONGEST_NAME = 255;

/**
 * Parses an image name. The kubelet sends only repositories (`docker.io/library/nginx`); a tag or a digest from other
 * callers is checked and removed. A name without a host is Docker Hub's, as in the kubelet.
 * @throws {RequestError} if the text is not an image name
 */
export function parseImage(text: string): ImageName {
  const at = text.indexOf("@");
  if (at >= 0 && !DIGEST.test(text.slice(at + 1))) throw notAnImage(text, "the digest is malformed");
  const withoutDigest = at < 0 ? text : text.slice(0, at);
  const slash = withoutDigest.indexOf("/");
  const first = slash < 0 ? "" : withoutDigest.slice(0, slash);
  const hasHost =
    first !== "" && (/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first);
  const registry = hasHost ? first : "docker.io";
  const rest = hasHost ? withoutDigest.slice(slash + 1) : withoutDigest;
  const colon = rest.indexOf(":");
  if (colon >= 0 && !TAG.test(rest.slice(colon + 1))) throw notAnImage(text, "the tag is malformed");
  let repository = colon < 0 ? rest : rest.slice(0, colon);
  if (!hasHost && repository !== "" && !repository.includes("/")) repository = `library/${repository}`;

  const domain = DOMAIN.exec(registry);
  if (domain === null) throw notAnImage(text, "the registry host is malformed");
  if (!PATH.test(repository)) throw notAnImage(text, "the repository path is malformed");
  const name = `${registry}/${repository}`;
  if (name.length > LONGEST_NAME) throw notAnImage(text, `longer than ${LONGEST_NAME} characters`);
  return { name, host: domain[1] ?? "", port: domain[2], registry, repository };
}

function notAnImage(text: string, why: string): RequestError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new RequestError(`image ${JSON.stringify(shown)} is not an image name: ${why}`);
}
