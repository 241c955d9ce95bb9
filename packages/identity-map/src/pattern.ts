import { matchImage } from "@imagecred/protocol/keyring";

/** Why a pattern of `registries` can never match, as the end of a sentence that begins with it; undefined where it can. */
export function patternFault(pattern: string): string | undefined {
  const { pattern: side, error, notes } = matchImage(pattern, "registry.example/image");
  if (notes.includes("scheme")) return "which has a scheme: write host[:port][/path]";
  if (side === undefined) return `which cannot be read: ${error}`;
  if (notes.includes("query") || notes.includes("fragment") || notes.includes("userinfo"))
    return "expected host[:port][/path]";
  if (notes.includes("path-glob")) return "but in the path * and ? stand for themselves, so it never matches";
  if (side.labels.some((label) => label === "")) return "expected host[:port][/path]";
  return undefined;
}

/** Whether a pattern matches an image, as the kubelet's matchImages do. @param name without tag and digest */
export function matches(pattern: string, name: string): boolean {
  return matchImage(pattern, name).matched;
}

/** Whether a pattern tells images of one registry apart by their paths. @param name of an image of that registry */
export function tellsPathsApart(pattern: string, name: string): boolean {
  const slash = pattern.indexOf("/");
  return slash >= 0 && slash < pattern.length - 1 && matches(pattern.slice(0, slash), name);
}
