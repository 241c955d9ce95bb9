/** Files in JSON or YAML as Kubernetes' programs read them: a tree in which every value has its position. */
export {
  type DataDocument,
  DocumentError,
  type DocumentFault,
  type LineColumn,
  parseDocument,
} from "./config/document.ts";
export type {
  ArrayNode,
  BoolNode,
  DataNode,
  NullNode,
  NumberNode,
  ObjectEntry,
  ObjectNode,
  StringNode,
} from "./decode/tree.ts";
export type { DuplicateKey } from "./yaml/decode.ts";
