import { matchImage } from "@imagecred/protocol/keyring";

/** Why a pattern of `registries` can never match, as the end of a sentence that begins with it; undefined if it can. */
export function patternFault(pattern: string): string | undefined {
  const { pattern: side, error, notes } = matchImage(pattern, "registry.example/image");
  if (notes.includes("scheme")) return "which has a scheme: write host[:port][/path]";
  if (side === undefined) return `which cannot be parsed: ${error}`;
  if (notes.includes("query") || notes.includes("fragment") || notes.includes("userinfo"))
    return "expected host[:port][/path]";
  if (notes.includes("path-glob")) return "but * and ? in the path are literal, so it never matches";
  if (side.labels.some((label) => label === "")) return "expected host[:port][/path]";
  return undefined;
}

/** Whether a pattern matches an image by the kubelet's rule for matchImages. @param name without tag and digest */
export function matches(pattern: string, name: string): boolean {
  return matchImage(pattern, name).matched;
}

/** Whether a pattern distinguishes a registry's images by their paths. @param name of an image of that registry */
export function distinguishesPaths(pattern: string, name: string): boolean {
  const slash = pattern.indexOf("/");
  return slash >= 0 && slash < pattern.length - 1 && matches(pattern.slice(0, slash), name);
}
