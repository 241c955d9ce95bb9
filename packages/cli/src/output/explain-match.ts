import type { MatchExplanation } from "@imagecred/kubelet";

/** Why a pattern does not match, in a few words; empty if it matches. */
export function whyNot({ reason, notes, image, pattern }: MatchExplanation): string {
  // The kubelet compares the scheme as a host, so the difference would be misleading.
  if (notes.includes("scheme")) return "it has a scheme, so it never matches";
  switch (reason.kind) {
    case "matched":
      return "";
    case "invalid":
      return `the ${reason.side === "label" ? "pattern" : reason.side} cannot be parsed: ${reason.error}`;
    case "port":
      return reason.pattern === ""
        ? `the image has port ${reason.image}, the pattern has none`
        : `the pattern has port ${reason.pattern}, the image has ${reason.image === "" ? "none" : reason.image}`;
    case "label-count":
      return `the pattern's host has ${labels(reason.pattern)}, the image's ${reason.image} (a * is one label)`;
    case "path":
      return `the image's path ${reason.image === "" ? "is empty" : `is ${reason.image}`} and does not begin with ${reason.pattern}`;
    case "label":
      return `label ${reason.index + 1} is ${JSON.stringify(reason.image)}, not ${JSON.stringify(reason.pattern)}${caseHint(reason, image, pattern)}`;
  }
}

function labels(number: number): string {
  return number === 1 ? "1 label" : `${number} labels`;
}

function caseHint(
  reason: Extract<MatchExplanation["reason"], { kind: "label" }>,
  image: MatchExplanation["image"],
  pattern: MatchExplanation["pattern"],
): string {
  const differsByCase = reason.image.toLowerCase() === reason.pattern.toLowerCase();
  return differsByCase && image !== undefined && pattern !== undefined
    ? " (patterns are case-sensitive)"
    : "";
}

/** Unexpected effects of a pattern. */
export function cautions({ matched, notes, pattern, image }: MatchExplanation): readonly string[] {
  const found: string[] = [];
  if (notes.includes("path-glob")) found.push("a wildcard in the path is taken literally");
  if (notes.includes("query") || notes.includes("fragment")) found.push("what follows ? or # is ignored");
  const path = pattern?.path ?? "";
  if (matched && path !== "" && !path.endsWith("/")) {
    const longer = `${pattern?.text ?? ""}bar`;
    found.push(
      notes.includes("path-prefix")
        ? `it matches because paths are compared as prefixes: ${pattern?.text} also matches ${image?.text}`
        : `it also matches ${longer}: paths are compared as prefixes`,
    );
  }
  return found;
}
