/** ExecPlugin of pkg/credentialprovider/plugin/plugin.go: one run of a plugin's executable. */
import type { ProgramResult, RunProgram } from "@imagecred/protocol";
import type { KubeletRules } from "../config/kubernetes-version.ts";
import type { CredentialProvider } from "../config/types.ts";
import { type FileSystem, reasonOf } from "../file-system.ts";
import { executablePath } from "../go/executable-path.ts";
import { isWindowsPath } from "../go/path.ts";
import { EnvironmentError, pluginEnvironment } from "./environment.ts";
import { PluginError } from "./plugin-error.ts";
import { encodePluginRequest, type PluginRequest } from "./request.ts";
import { decodePluginResponse, type PluginResponse } from "./response.ts";
import { signalText } from "./signals.ts";

/** The kubelet's fixed limit, in milliseconds. */
export const PLUGIN_TIMEOUT_MS = 60_000;

/** The kubelet has no limit; this one protects the machine's memory. */
const MAX_STDOUT_BYTES = 256 * 1024 * 1024;

/** Dependencies of running plugins. */
export interface PluginRuntime {
  readonly runProgram: RunProgram;
  readonly fileSystem: FileSystem;
  /** The kubelet's own environment, which plugins inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--image-credential-provider-bin-dir`. */
  readonly binDir: string;
  /** Receives the plugin's stderr while it runs; the kubelet uses it only if the plugin failed. */
  readonly onStderr?: (text: string) => void;
  /** Default {@link PLUGIN_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
}

/** A request without the version, which is the provider's. */
export type PluginCall = Omit<PluginRequest, "apiVersion">;

/**
 * Runs a provider's executable and decodes its response.
 *
 * @throws {PluginError} with the kubelet's text, for example `error execing credential provider plugin ecr for image
 *   r.io/a: exit status 1: ...`
 */
export async function runPlugin(
  provider: CredentialProvider,
  call: PluginCall,
  runtime: PluginRuntime,
  rules: KubeletRules,
): Promise<PluginResponse> {
  const failed = (fault: "start" | "exit" | "timeout", why: string, stderr: string) => {
    const text = `error execing credential provider plugin ${provider.name} for image ${call.image}: ${why}`;
    return new PluginError(fault, rules.stderrInError ? `${text}: ${stderr}` : text);
  };
  const file = executablePath(runtime.binDir, provider.name, runtime.fileSystem);
  let result: ProgramResult;
  try {
    result = await start(file, provider, call, runtime);
  } catch (error) {
    if (error instanceof EnvironmentError) throw failed("start", error.message, "");
    throw failed("start", `fork/exec ${file}: ${startFault(error)}`, "");
  }
  if (result.timedOut) throw failed("timeout", "context deadline exceeded", result.stderr);
  if (result.signal !== null) throw failed("exit", `signal: ${signalText(result.signal)}`, result.stderr);
  if (result.status !== 0) throw failed("exit", `exit status ${result.status}`, result.stderr);
  return decodePluginResponse(result.stdout, provider.apiVersion, rules);
}

function start(
  file: string,
  provider: CredentialProvider,
  call: PluginCall,
  runtime: PluginRuntime,
): Promise<ProgramResult> {
  const env = pluginEnvironment(runtime.environment, provider.env ?? []);
  if (!isWindowsPath(file) && !isExecutableFormat(runtime.fileSystem, file))
    throw Object.assign(new Error("exec format error"), { code: "ENOEXEC" });
  return runtime.runProgram({
    file,
    args: provider.args ?? [],
    env,
    stdin: encodePluginRequest({ ...call, apiVersion: provider.apiVersion }),
    timeoutMs: runtime.timeoutMs ?? PLUGIN_TIMEOUT_MS,
    maxStdoutBytes: MAX_STDOUT_BYTES,
    ...(runtime.onStderr === undefined ? {} : { onStderr: runtime.onStderr }),
  });
}

/**
 * Go's exec is only the system call, which runs ELF files and scripts with `#!`. Other runtimes fall back to /bin/sh, so files
 * that the kernel would reject are rejected here first.
 */
function isExecutableFormat(fileSystem: FileSystem, file: string): boolean {
  let head: Uint8Array;
  try {
    head = fileSystem.read(file, 4);
  } catch {
    // Missing, or executable but not readable: starting it shows which.
    return true;
  }
  const text = String.fromCharCode(...head);
  return text.startsWith("#!") || text === "\x7fELF";
}

function startFault(error: unknown): string {
  const invalid = error instanceof Error && "code" in error && error.code === "ERR_INVALID_ARG_VALUE";
  return invalid ? "invalid argument" : reasonOf(error);
}
