import { OptionsError } from "@imagecred/protocol";
import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";

/**
 * Reads an azure.json that is not JSON. YAML 1.1, as the Go plugin's reader takes it, so that `yes` and `on` are true;
 * a number comes back as the text that stands in the file, since identities and secrets may look like numbers.
 * @throws {OptionsError} with line and column; never with the text, which may be secret
 */
export function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, {
    version: "1.1",
    prettyErrors: false,
    logLevel: "silent",
    merge: false,
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const before = text.slice(0, problem.pos[0]).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new OptionsError(`${path} is neither JSON nor YAML (${place}: ${problem.code})`);
  }
  const { contents } = document;
  if (!isMap(contents)) return undefined;
  return Object.fromEntries(
    contents.items
      .map(({ key, value }) => [key, isAlias(value) ? value.resolve(document) : value] as const)
      .flatMap(([key, value]) => (isScalar(key) ? [[String(key.value), scalar(value)]] : [])),
  );
}

/** Lists and objects are none of our fields: their kind is all that matters, for the message where a text belongs. */
function scalar(node: unknown): unknown {
  if (!isScalar(node)) return isSeq(node) ? [] : node === null ? null : {};
  return typeof node.value === "number" || node.value instanceof Date ? node.source : node.value;
}
