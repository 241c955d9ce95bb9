import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { CommandError } from "../../errors.ts";

/**
 * Adds to a new configuration what only the installed one has: providers with other names, and patterns of providers with
 * the same name. Keeps comments and order of the new text.
 * @throws {CommandError} for text that is not a CredentialProviderConfig
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
    "--merge: there is no list of providers to merge; run imagecred validate to see what is wrong",
  );
}
