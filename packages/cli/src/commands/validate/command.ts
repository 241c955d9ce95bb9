import { UsageError } from "../../errors.ts";
import { LINTS } from "../../lint/index.ts";
import type { Severity } from "../../lint/types.ts";
import { minorVersion } from "../../machine/load-config.ts";
import { findPlaces, type Places, platformAt } from "../../machine/places.ts";
import { chooseVersion, kubeletOfMachine } from "../../machine/running-kubelet.ts";
import { ownMachine } from "../../machine/start-problem.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Command } from "../command.ts";
import { applyFixes } from "./apply-fixes.ts";
import { type Check, type CheckOptions, checkConfig } from "./check-config.ts";
import { checkMap, isIdentityMap } from "./check-map.ts";
import type { ValidateOptions } from "./definition.ts";
import type { CheckDocument, FixedFile, ValidateDocument } from "./document.ts";
import { explainCode, renderCheck } from "./explain-code.ts";
import { githubFormat } from "./github.ts";
import { overlaid, readInputs } from "./inputs.ts";
import { junitFormat } from "./junit.ts";
import { NEWEST, renderValidate } from "./render.ts";
import { sarifFormat } from "./sarif.ts";

export const validate: Command<ValidateOptions, ValidateDocument | CheckDocument> = {
  async run(options, platform) {
    if (options.explain !== undefined) return explainCode(options.explain);
    const ignored = new Set(options.ignore ?? []);
    checkCodes(ignored);
    minorVersion(options.kubernetesVersion);
    const { names, overlay } = await readInputs(options.configs, platform);
    if (options.fix === true && overlay.size > 0)
      throw new UsageError("--fix needs files: input from a pipe cannot be changed");
    const reading: Platform = { ...platform, fileSystem: overlaid(platform.fileSystem, overlay) };
    const checks: Check[] = [];
    const fixed: FixedFile[] = [];
    const machine = kubeletOfMachine(platform);
    const add = (checkWith: (platform: Platform) => Check, at = (using: Platform) => using) => {
      if (options.fix === true) {
        const outcome = applyFixes(checkWith, at(platform));
        checks.push(outcome.check);
        fixed.push(...outcome.fixed);
      } else {
        checks.push(checkWith(at(reading)));
      }
    };
    const maps = names.filter((name) => holdsIdentities(name, reading));
    const configs = names.filter((name) => !maps.includes(name));
    for (const config of names.length === 0 ? [undefined] : configs) {
      const places = findPlaces({ config, binDir: options.binDir }, reading, machine);
      const how = await checkOptions(options, config, places, { ignored, beside: maps }, platform);
      add(
        (using) => checkConfig(places, how, using),
        (using) => platformAt(places, using),
      );
    }
    const checked = new Set(checks.flatMap(({ config }) => config.identityMaps));
    for (const map of maps.filter((name) => !checked.has(name))) {
      const version = { kubernetesVersion: options.kubernetesVersion };
      const minor = minorVersion(options.kubernetesVersion);
      const how = { version, minor, versionSource: NEWEST, ignored, beside: [], machine: undefined };
      add((using) => checkMap(map, how, using));
    }
    const findings = checks.flatMap(({ config }) => config.findings);
    return {
      kind: "Validation",
      status: findings.some(({ severity }) => fails(severity, options.failOn)) ? "failed" : "ok",
      configs: checks.map(({ config }) => config),
      fixed,
    };
  },
  render: (document, style) =>
    document.kind === "Check" ? renderCheck(document, style) : renderValidate(document, style),
  formats: {
    sarif: (document) => sarifFormat(document),
    github: (document) => githubFormat(document),
    junit: (document) => junitFormat(document),
  },
  exitCode: (document) => (document.kind === "Validation" && document.status === "failed" ? 1 : 0),
};

/** A file on the command line is not checked against the version of the kubelet that runs here. */
async function checkOptions(
  options: ValidateOptions,
  config: string | undefined,
  places: Places,
  parts: Pick<CheckOptions, "ignored" | "beside">,
  platform: Platform,
): Promise<CheckOptions> {
  const version = await chooseVersion(options, config === undefined ? places.kubelet : undefined, platform);
  const versionSource =
    options.kubernetesVersion !== undefined
      ? "--kubernetes-version"
      : version.kubernetesVersion !== undefined
        ? (version.source ?? "the kubelet that runs here")
        : NEWEST;
  const minor = minorVersion(version.kubernetesVersion);
  return { version, minor, versionSource, machine: ownMachine(platform), ...parts };
}

/** How much of a file is read to detect its kind, in bytes. */
const DETECTION_BYTES = 64 << 10;

/** Whether a file is an `--identities` file. An unreadable file counts as a configuration, whose check reports it. */
function holdsIdentities(name: string, { fileSystem }: Platform): boolean {
  try {
    if (fileSystem.status(name)?.kind !== "file") return false;
    return isIdentityMap(new TextDecoder().decode(fileSystem.read(name, DETECTION_BYTES)));
  } catch {
    return false;
  }
}

const WORST_FIRST: readonly Severity[] = ["error", "warning", "note"];

function fails(severity: Severity, failOn: ValidateOptions["failOn"]): boolean {
  return failOn !== "never" && WORST_FIRST.indexOf(severity) <= WORST_FIRST.indexOf(failOn);
}

function checkCodes(codes: ReadonlySet<string>): void {
  const known = LINTS.map(({ code }) => code);
  for (const code of codes) {
    if (!known.includes(code))
      throw new UsageError(`--ignore ${code}: unknown; expected one of ${known.join(", ")}`);
  }
}
