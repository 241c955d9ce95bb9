import { createRequire } from "node:module";
import type { Component } from "./components.ts";

const require = createRequire(import.meta.url);

const RULE = "-".repeat(80);

/**
 * The third-party notices that go with an executable: every package inside it with its license, and the license texts
 * that the packages carry, each text once with the packages that it is for.
 */
export function thirdPartyNotices(program: string, components: readonly Component[]): string {
  const list = components.map(
    ({ ecosystem, name, version, license }) => `  ${name} ${version} (${ecosystem}): ${license}`,
  );
  const byText = new Map<string, string[]>();
  for (const component of components) {
    const { name, version } = component;
    for (const text of textsOf(component))
      byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const texts = [...byText].map(
    ([text, owners]) => `${RULE}\n${[...new Set(owners)].join(", ")}\n${RULE}\n\n${text}\n`,
  );
  return [`${program} contains the following third-party software.`, "", ...list, "", ...texts].join("\n");
}

/** The package's own texts; for a package without one, the standard text of its license and its authors. */
function textsOf({ texts, license, authors }: Component): readonly string[] {
  if (texts.length > 0) return texts.map(({ text }) => text);
  const [id = license] = license.split(" OR ");
  const standard = standardText(id.replace(/[()]/g, ""));
  const copyright = authors.length === 0 ? "" : `Copyright ${authors.join(", ")}\n\n`;
  return standard === undefined ? [] : [`${copyright}${standard}`];
}

function standardText(id: string): string | undefined {
  try {
    return require(`spdx-license-list/licenses/${id}.json`)
      .licenseText.replace(/^Copyright \(c\) <year>.*\n+/m, "")
      .trim();
  } catch {
    return undefined;
  }
}
