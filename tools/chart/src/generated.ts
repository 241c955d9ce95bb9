import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "@imagecred/workspace";
import { parse } from "yaml";
import { Helm } from "./helm.ts";
import { IMAGE, kustomizeFiles } from "./kustomize.ts";
import { CHART, KUSTOMIZE } from "./paths.ts";
import { presetsYaml } from "./presets.ts";
import { valuesSchema } from "./schema.ts";

/** The version that all programs are released under. */
export function version(): string {
  const { version } = readJson("packages/cli/package.json") as { readonly version: string };
  return version;
}

/** The generated files of the chart, by name: presets, the values' schema, and the manifest with the version of the programs. */
export function chartFiles(): Readonly<Record<string, string>> {
  const manifest = readFileSync(join(CHART, "Chart.yaml"), "utf8");
  return {
    "presets.yaml": presetsYaml(),
    "values.schema.json": `${JSON.stringify(valuesSchema(), null, 2)}\n`,
    "Chart.yaml": manifest.replace(/^(version|appVersion): .*$/gm, `$1: ${version()}`),
  };
}

/** The files of deploy/kustomize, by path. Builds helm unless it is cached. */
export async function kustomizeFilesOf(): Promise<Readonly<Record<string, string>>> {
  return kustomizeFiles(await Helm.get());
}

/** The files that are in deploy/kustomize, with the image of the programs' version. */
export function retagged(): Readonly<Record<string, string>> {
  const image = new RegExp(`${IMAGE}:\\S+`, "g");
  return Object.fromEntries(
    globSync("**/*.yaml", { cwd: KUSTOMIZE }).map((path) => [
      path,
      readFileSync(join(KUSTOMIZE, path), "utf8").replace(image, `${IMAGE}:${version()}`),
    ]),
  );
}

/** The fields of Chart.yaml. */
export function chartMetadata(): Readonly<Record<string, unknown>> {
  return parse(readFileSync(join(CHART, "Chart.yaml"), "utf8")) as Readonly<Record<string, unknown>>;
}
