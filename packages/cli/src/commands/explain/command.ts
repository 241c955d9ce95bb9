import { checkRegistration, matchImage } from "@imagecred/kubelet";
import { formatGoDuration } from "@imagecred/protocol";
import { CommandError } from "../../errors.ts";
import { EXECUTABLE_HEADER_BYTES, inspectExecutable } from "../../machine/executable-format.ts";
import { loadAcceptedConfig } from "../../machine/load-config.ts";
import { joinPath } from "../../machine/paths.ts";
import { findPlaces, runningKubelet } from "../../machine/places.ts";
import { identifyRegistry, registryHost } from "../../registry/identify.ts";
import { imageName } from "../../session/session.ts";
import type { Platform } from "../../world.ts";
import type { Command, CommonOptions } from "../command.ts";
import { renderExplain } from "./render.ts";

export interface ExplainOptions extends CommonOptions {
  readonly image: string;
  readonly config?: string;
  readonly binDir?: string;
  readonly kubernetesVersion?: string;
}

export interface ExplainedProvider {
  readonly name: string;
  /** The first entry that matches, which is what decides. */
  readonly pattern: string;
  readonly apiVersion: string;
  /** null where the bin dir is not known. */
  readonly executable: { readonly path: string; readonly about: string; readonly usable: boolean } | null;
  readonly args: readonly string[];
  /** Names only: values may be secret. */
  readonly env: readonly string[];
  readonly token: {
    readonly audience: string;
    readonly cacheType: string;
    readonly required: boolean;
  } | null;
  readonly defaultCacheDuration: string | null;
}

export interface ExplainDocument {
  readonly kind: "Explain";
  readonly image: string;
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  readonly registry: { readonly host: string; readonly service: string; readonly details: string };
  readonly config: string;
  readonly foundBy: string;
  readonly binDir: string | null;
  readonly providers: readonly ExplainedProvider[];
  /** Names of the providers that are not asked. */
  readonly others: readonly string[];
}

export const explain: Command<ExplainOptions, ExplainDocument> = {
  run(options, platform) {
    const image = imageName(options.image);
    const places = findPlaces(options, platform, runningKubelet(platform));
    const { config } = loadAcceptedConfig(places.config, options.kubernetesVersion, platform);
    const host = registryHost(image.repo);
    const providers: ExplainedProvider[] = [];
    const others: string[] = [];
    config.providers.forEach((provider) => {
      const pattern = provider.matchImages?.find((entry) => matchImage(entry, image.repo).matched);
      if (pattern === undefined) {
        others.push(provider.name);
        return;
      }
      const { tokenAttributes: token, defaultCacheDuration: duration } = provider;
      providers.push({
        name: provider.name,
        pattern,
        apiVersion: provider.apiVersion,
        executable:
          places.binDir === undefined
            ? null
            : executableOf(provider.name, places.binDir, places.config, platform),
        args: provider.args ?? [],
        env: (provider.env ?? []).map(({ name }) => name),
        token:
          token === null
            ? null
            : {
                audience: token.serviceAccountTokenAudience,
                cacheType: token.cacheType,
                required: token.requireServiceAccount === true,
              },
        defaultCacheDuration: duration === null ? null : formatGoDuration(duration),
      });
    });
    return {
      kind: "Explain",
      image: options.image,
      name: image.repo,
      tag: image.tag,
      digest: image.digest,
      registry: { host, ...identifyRegistry(host) },
      config: places.config,
      foundBy: places.foundBy,
      binDir: places.binDir ?? null,
      providers,
      others,
    };
  },
  render: renderExplain,
  exitCode: ({ providers }) =>
    providers.length > 0 && providers.every(({ executable }) => executable?.usable !== false) ? 0 : 1,
};

/** What the kubelet would find at start-up, and what kind of file it is. */
export function executableOf(
  name: string,
  binDir: string,
  config: string,
  platform: Platform,
): { readonly path: string; readonly about: string; readonly usable: boolean } {
  const path = joinPath(binDir, name);
  const check = checkRegistration(config, binDir, {
    fileSystem: platform.fileSystem,
    crypto: platform.crypto,
  });
  if (check.binDirError !== undefined)
    return { path, about: `there is no directory ${binDir}`, usable: false };
  const problem = check.executables.find((one) => one.path === path);
  if (problem !== undefined) return { path, about: PROBLEMS[problem.code], usable: false };
  try {
    const found = inspectExecutable(platform.fileSystem.read(path, EXECUTABLE_HEADER_BYTES));
    if (found.kind === "unknown")
      return { path, about: "neither an ELF executable nor a script", usable: false };
    if (found.kind === "script") return { path, about: `a script for ${found.interpreter}`, usable: true };
    const linking =
      found.interpreter === undefined ? "static" : `dynamically linked, needs ${found.interpreter}`;
    return { path, about: `${linking}, ${found.machine}`, usable: true };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    return { path, about: "there, but not for this user to read", usable: true };
  }
}

const PROBLEMS = {
  missing: "missing; the kubelet would not start",
  "not-executable": "not executable; the kubelet would not start",
  directory: "a directory; the kubelet would not start",
  inaccessible: "cannot be looked at",
} as const;
