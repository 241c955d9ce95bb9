import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { Bench } from "../run.ts";

/** A configuration that a lint reports, or does not report. */
export interface Case {
  /** matchImages, as YAML in flow style. */
  readonly match?: string;
  /** More lines of the provider, without indentation. */
  readonly provider?: string;
  readonly name?: string;
  /** The whole file, instead of the above. */
  readonly file?: string;
  readonly args?: readonly string[];
  readonly prepare?: (bench: Bench) => void;
  /** Line and column of the finding. */
  readonly at?: readonly [number, number];
  /** Matches the message or the fix. */
  readonly says?: RegExp;
  /** Text in the file after the fix. */
  readonly fixed?: readonly RegExp[];
}

/** For each lint's code: cases that it must report, and similar ones that it must not. */
export type Cases = Readonly<
  Record<string, { readonly hits: readonly Case[]; readonly misses: readonly Case[] }>
>;

/** The beginning of every file. */
export const PREFIX = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
`;

/** The text of a case. */
export function fileOf({ match = '["r.io"]', provider = "", name = "custom", file }: Case): string {
  if (file !== undefined) return file;
  const duration = provider.includes("defaultCacheDuration") ? [] : ['defaultCacheDuration: "10m"'];
  const version = provider.includes("apiVersion:")
    ? []
    : ["apiVersion: credentialprovider.kubelet.k8s.io/v1"];
  const lines = [
    ...version,
    ...duration,
    `matchImages: ${match}`,
    ...(provider === "" ? [] : provider.split("\n")),
  ];
  return `${PREFIX}  - name: ${name}\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

/** The provider "custom" with an executable in /opt/bin. @param make writes it */
export function executables(make: (bin: string) => void): Required<Pick<Case, "args" | "prepare">> {
  return {
    args: ["--bin-dir", "/opt/bin"],
    prepare: (bench) => {
      mkdirSync(bench.path("opt/bin"), { recursive: true });
      chmodSync(bench.path("opt/bin"), 0o755);
      make(bench.path("opt/bin/custom"));
    },
  };
}

/** Writes a shell script that exits at once. */
export function script(path: string, mode = 0o755): void {
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
}
