/** RegisterCredentialProviderPlugins of plugin.go: the other checks before a kubelet starts. */

import { quote } from "@imagecred/protocol/go";
import type { KubeletRules } from "../config/kubernetes-version.ts";
import { kubeletRules } from "../config/kubernetes-version.ts";
import { type ConfigReading, type ReadOptions, readConfig } from "../config/read-config.ts";
import type { CredentialProvider } from "../config/types.ts";
import { type FileSystem, reasonOf, reasonOfAbsence } from "../file-system.ts";
import { executablePath } from "../go/executable-path.ts";
import { joinPath } from "../go/path.ts";

/** A problem of a provider's executable. */
export interface ExecutableProblem {
  /** Index in the configuration. */
  readonly provider: number;
  /** The path that the kubelet checks. */
  readonly path: string;
  readonly code: "missing" | "not-executable" | "directory" | "inaccessible";
  /** The kubelet's text; since 1.30 it has an empty name in it, which is upstream's behavior. */
  readonly message: string;
}

/** Whether a kubelet with these two flags would start. */
export interface RegistrationCheck {
  readonly reading: ConfigReading;
  /** The kubelet's error about the bin dir, which it checks first. */
  readonly binDirError: string | undefined;
  /** Problems of all providers; the kubelet stops at the first. */
  readonly executables: readonly ExecutableProblem[];
  /** The error with which it would exit, after `Failed to register CRI auth plugins`. */
  readonly kubeletError: string | undefined;
  /** The number of providers that it registers before it stops, or of all. */
  readonly registered: number;
}

/** Makes the kubelet's checks at start-up, in its order. */
export function checkRegistration(
  configPath: string,
  binDir: string,
  options: ReadOptions,
): RegistrationCheck {
  return registrationOf(readConfig(configPath, options), binDir, options);
}

/** {@link checkRegistration} for a configuration that was read with the same options. */
export function registrationOf(
  reading: ConfigReading,
  binDir: string,
  options: Pick<ReadOptions, "fileSystem" | "kubernetesVersion">,
): RegistrationCheck {
  const rules = kubeletRules(options.kubernetesVersion);
  const binDirError = faultOfBinDir(options.fileSystem, binDir);
  const providers = reading.config?.providers ?? [];
  const executables = providers.flatMap(
    (provider, index) => faultOfExecutable(options.fileSystem, binDir, provider, index, rules) ?? [],
  );
  // A duplicate name ends the kubelet after that provider's executable was found.
  const twice = reading.registeredTwice ?? (reading.accepted ? providers.length : -1);
  const fault = executables.find(({ provider }) => provider <= twice);
  const kubeletError = binDirError ?? fault?.message ?? reading.kubeletError;
  return {
    reading,
    binDirError,
    executables,
    kubeletError,
    registered: binDirError === undefined ? Math.max(0, fault?.provider ?? twice) : 0,
  };
}

function faultOfBinDir(fileSystem: FileSystem, binDir: string): string | undefined {
  const inspecting = (reason: string) =>
    `error inspecting binary directory ${binDir}: stat ${binDir}: ${reason}`;
  try {
    if (fileSystem.status(binDir) !== undefined) return undefined;
    const reason = reasonOfAbsence(fileSystem, binDir);
    return reason === "not a directory"
      ? inspecting(reason)
      : `plugin binary directory ${binDir} did not exist`;
  } catch (error) {
    return inspecting(reasonOf(error));
  }
}

function faultOfExecutable(
  fileSystem: FileSystem,
  binDir: string,
  { name }: CredentialProvider,
  provider: number,
  rules: KubeletRules,
): ExecutableProblem | undefined {
  const path = rules.lookPath ? executablePath(binDir, name, fileSystem) : joinPath(binDir, name);
  const fault = lookPath(fileSystem, path, rules);
  if (fault === undefined) return undefined;
  // exec.LookPath returns no path together with an error, and the kubelet prints the returned path.
  const shown = rules.lookPath ? "" : path;
  // os.Stat's errors begin with its name; LookPath's errors for an existing file have no such prefix.
  const stat = fault.code === "inaccessible" ? `stat ${path}: ` : "";
  const look = rules.lookPath ? `exec: ${quote(path)}: ` : "";
  const message =
    fault.code === "missing"
      ? `plugin binary executable ${shown} did not exist`
      : `error inspecting binary executable ${shown}: ${look}${stat}${fault.reason}`;
  return { provider, path, code: fault.code, message };
}

/** exec.LookPath of a path with a slash in it; before 1.30 os.Stat, which a directory or a plain file passes. */
function lookPath(
  fileSystem: FileSystem,
  path: string,
  rules: KubeletRules,
): { code: ExecutableProblem["code"]; reason: string } | undefined {
  try {
    const entry = fileSystem.status(path);
    if (entry === undefined) {
      const reason = reasonOfAbsence(fileSystem, path);
      return { code: reason === "not a directory" ? "inaccessible" : "missing", reason };
    }
    if (!rules.lookPath) return undefined;
    if (entry.kind === "directory") return { code: "directory", reason: "is a directory" };
    return (entry.mode & 0o111) === 0 ? { code: "not-executable", reason: "permission denied" } : undefined;
  } catch (error) {
    return { code: "inaccessible", reason: reasonOf(error) };
  }
}
