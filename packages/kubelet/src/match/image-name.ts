/**
 * Image names as the kubelet reads them from a pod: ParseImageName in pkg/util/parsers/parsers.go (v1.37.2) on top of
 * ParseNormalizedNamed of github.com/distribution/reference v0.6.0. The grammar is that package's regexp.go.
 */

import { quote } from "@imagecred/protocol/go";
import { goToLower } from "../go/lower.ts";

/** The parts of an image name. */
export interface ImageName {
  /** The name that matchImages is compared with and that a plugin gets as `image`: no tag, no digest, Docker Hub spelled out. */
  readonly repo: string;
  /** `latest` when neither tag nor digest was written, empty when only a digest was. */
  readonly tag: string;
  /** Such as `sha256:...`, or empty. */
  readonly digest: string;
}

/** The kubelet would reject the image name (InvalidImageName). `message` is its text. */
export class ImageNameError extends Error {
  override name = "ImageNameError";
}

const DOMAIN_COMPONENT = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DOMAIN = `(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const PATH = `${PATH_COMPONENT}(?:/${PATH_COMPONENT})*`;
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}";

const REFERENCE = new RegExp(`^((?:${DOMAIN}/)?${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const NAME = new RegExp(`^(?:(${DOMAIN})/)?(${PATH})$`);

/** Hexadecimal digits per supported digest algorithm (opencontainers/go-digest v1.0.0). */
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Splits an image name and adds the parts that it leaves out.
 *
 * @throws {ImageNameError} such as `couldn't parse image name "r.io/Foo": invalid reference format: ...`
 */
export function parseImageName(image: string): ImageName {
  const fail = (why: string) => new ImageNameError(`couldn't parse image name ${quote(image)}: ${why}`);
  if (/^[a-f0-9]{64}$/.test(image)) {
    throw fail(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, remainder } = splitDomain(image);
  const remote = remainder.split(":", 1)[0] ?? "";
  if (goToLower(remote) !== remote) {
    throw fail(`invalid reference format: repository name (${remote}) must be lowercase`);
  }
  const reference = `${domain}/${remainder}`;
  const parts = REFERENCE.exec(reference);
  if (parts === null) {
    const onlyCase = REFERENCE.test(goToLower(reference));
    throw fail(onlyCase ? "repository name must be lowercase" : "invalid reference format");
  }
  const [, repo = "", tag = "", digest = ""] = parts;
  if ((NAME.exec(repo)?.[2] ?? repo).length > 255) {
    throw fail("repository name must not be more than 255 characters");
  }
  const digestFault = digest === "" ? undefined : faultOfDigest(digest);
  if (digestFault !== undefined) throw fail(digestFault);
  return { repo, tag: tag === "" && digest === "" ? "latest" : tag, digest };
}

/** Docker's rule for telling `myhost/app` (Docker Hub) from `my.host/app` (a registry). */
function splitDomain(image: string): { domain: string; remainder: string } {
  const slash = image.indexOf("/");
  if (slash < 0) return { domain: "docker.io", remainder: `library/${image}` };
  const first = image.slice(0, slash);
  const rest = image.slice(slash + 1);
  let domain = "docker.io";
  let remainder = image;
  if (first === "localhost" || (first !== "index.docker.io" && isRegistryLike(first))) {
    domain = first;
    remainder = rest;
  } else if (first === "index.docker.io") {
    remainder = rest;
  }
  if (domain === "docker.io" && !remainder.includes("/")) remainder = `library/${remainder}`;
  return { domain, remainder };
}

function isRegistryLike(first: string): boolean {
  return /[.:]/.test(first) || goToLower(first) !== first;
}

function faultOfDigest(digest: string): string | undefined {
  const colon = digest.indexOf(":");
  const algorithm = digest.slice(0, colon);
  const encoded = digest.slice(colon + 1);
  const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : undefined;
  if (length === undefined) {
    const wellFormed = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(digest);
    return wellFormed ? "unsupported digest algorithm" : "invalid checksum digest format";
  }
  if (encoded.length !== length) return "invalid checksum digest length";
  return /^[a-f0-9]+$/.test(encoded) ? undefined : "invalid checksum digest format";
}
