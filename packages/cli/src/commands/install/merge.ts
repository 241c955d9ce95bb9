import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { CommandError } from "../../errors.ts";

/**
 * A new configuration with what the installed one has besides: providers of other names as they are, and for those of the
 * same name the patterns that the new one lacks. Comments and order of the new text stay.
 * @throws {CommandError} for text that is not such a document
 */
export function mergeConfigurations(fresh: string, installed: string): string {
  const document = parseDocument(fresh);
  const ours = providersOf(document.get("providers"));
  for (const before of providersOf(parseDocument(installed).get("providers")).items) {
    if (!isMap(before)) continue;
    const same = ours.items.find(
      (each): each is YAMLMap => isMap(each) && each.get("name") === before.get("name"),
    );
    if (same === undefined) ours.add(before);
    else addPatterns(same, before);
  }
  return document.toString({ lineWidth: 0 });
}

function addPatterns(into: YAMLMap, from: YAMLMap): void {
  const [has, had] = [into.get("matchImages"), from.get("matchImages")];
  if (!isSeq(has) || !isSeq(had)) return;
  const known = new Set(has.toJSON() as unknown[]);
  for (const pattern of had.items) {
    const value: unknown = JSON.parse(JSON.stringify(pattern));
    if (!known.has(value)) has.add(value);
  }
}

function providersOf(value: unknown): YAMLSeq {
  if (isSeq(value)) return value;
  throw new CommandError(
    "--merge: there is no list of providers to merge; imagecred validate shows what is wrong",
  );
}
