import type { Component } from "./components.ts";

const RULE = "-".repeat(80);

/**
 * The third-party notices that go with an executable: every package inside it with its licence, and the licence texts
 * that the packages carry, each text once with the packages that it is for.
 */
export function thirdPartyNotices(program: string, components: readonly Component[]): string {
  const list = components.map(
    ({ ecosystem, name, version, license }) => `  ${name} ${version} (${ecosystem}): ${license}`,
  );
  const byText = new Map<string, string[]>();
  for (const { name, version, texts } of components) {
    for (const { text } of texts) byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const texts = [...byText].map(
    ([text, owners]) => `${RULE}\n${[...new Set(owners)].join(", ")}\n${RULE}\n\n${text}\n`,
  );
  return [`${program} contains the following third-party software.`, "", ...list, "", ...texts].join("\n");
}
