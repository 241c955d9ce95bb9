/** YAML as Kubernetes' programs written in Go read it: the tree with its positions, before it is known what values mean. */
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
 * The root of a file's first document; undefined when there is none. Keys that are set twice are all there, aliases are
 * not followed. @throws {YamlSyntaxError} with go-yaml's text
 */
export function yamlTree(data: Uint8Array): YamlNode | undefined {
  return parseYaml(new YamlScanner(new YamlReader(decodeYamlText(data))));
}
