import {
  resolveScalar,
  type YamlNode,
  YamlSyntaxError,
  YamlValueError,
  yamlTree,
} from "@imagecred/kubelet/yaml";
import { OptionsError } from "@imagecred/protocol";

/**
 * Parses an azure.json in YAML by the rules of the Go plugin's parser (go-yaml), so `yes` and `on` are true. A number is
 * returned as its text in the file, because identities and secrets may look like numbers.
 * @throws {OptionsError} with line and column; never with the text, which may be secret
 */
export function parseYaml(text: string, path: string): unknown {
  try {
    const root = yamlTree(new TextEncoder().encode(text));
    if (root?.kind !== "map") return undefined;
    return Object.fromEntries(
      root.pairs.flatMap(([key, value]) => (key.kind === "scalar" ? [[key.value, readNode(value)]] : [])),
    );
  } catch (error) {
    if (!(error instanceof YamlSyntaxError || error instanceof YamlValueError)) throw error;
    throw new OptionsError(`${path} is neither JSON nor YAML (${placeOf(error.offset ?? 0, text)})`);
  }
}

/** The value of a node. Lists and objects are never valid, so only their kind is returned, for the message. */
function readNode(node: YamlNode): unknown {
  switch (node.kind) {
    case "alias":
      return readNode(node.target);
    case "sequence":
      return [];
    case "map":
      return {};
    case "scalar": {
      const scalar = resolveScalar(node);
      if (scalar.goType === "nil") return null;
      return scalar.goType === "bool" ? scalar.value : node.value;
    }
  }
}

function placeOf(offset: number, text: string): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
