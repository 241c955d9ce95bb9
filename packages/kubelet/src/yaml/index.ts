/** YAML as read by Kubernetes' Go programs: the tree with its positions, before values are interpreted. */
import { parseYaml } from "./parser.ts";
import { YamlReader } from "./reader.ts";
import { YamlScanner } from "./scanner.ts";
import type { YamlNode } from "./syntax-tree.ts";
import { decodeYamlText } from "./text.ts";

export { resolveScalar, type ScalarValue, type YamlScalar, YamlValueError } from "./scalar.ts";
export {
  type YamlAliasNode,
  type YamlMapNode,
  type YamlNode,
  type YamlScalarNode,
  type YamlSequenceNode,
  YamlSyntaxError,
} from "./syntax-tree.ts";

/**
 * The root of a file's first document; undefined if there is none. Keys that are set twice have two entries, aliases are
 * not followed. @throws {YamlSyntaxError} with go-yaml's text
 */
export function yamlTree(data: Uint8Array): YamlNode | undefined {
  return parseYaml(new YamlScanner(new YamlReader(decodeYamlText(data))));
}
