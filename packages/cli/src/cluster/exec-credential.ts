import { executablePath } from "@imagecred/kubelet";
import { listSeparator } from "@imagecred/node";
import { base64, excerpt, parseJsonObject, Secret, textAt } from "@imagecred/protocol";
import { CommandError, systemReason } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import type { ClientCertificate, ClusterEntry, ExecEntry } from "./kubeconfig.ts";

/** The credential that a kubectl credential plugin printed. */
export interface ExecCredential {
  readonly token: Secret | undefined;
  readonly certificate: ClientCertificate | undefined;
}

const VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const TIMEOUT_MS = 60_000;
const MOST_OUTPUT_BYTES = 1 << 20;

/**
 * Runs a credential plugin as kubectl does (client-go, plugin/pkg/client/auth/exec): with this process's environment, the
 * entry's variables and KUBERNETES_EXEC_INFO. It runs without a terminal, so it cannot prompt the user.
 * @throws {CommandError}
 */
export async function execCredential(
  exec: ExecEntry,
  cluster: ClusterEntry,
  source: string,
  platform: Platform,
): Promise<ExecCredential> {
  const failed = (reason: string, cause?: unknown) =>
    new CommandError(`${source}: the credential plugin ${exec.command} ${reason}`, { cause });
  if (!VERSIONS.includes(exec.apiVersion)) {
    throw failed(`has the apiVersion ${exec.apiVersion}; supported are ${VERSIONS.join(", ")}`);
  }
  if (exec.interactiveMode === "Always")
    throw failed("has interactiveMode Always, and imagecred runs it without a terminal");
  const file = findCommand(exec.command, platform);
  if (file === undefined) {
    throw failed(
      `is not in PATH${exec.installHint === undefined ? "" : `: ${excerpt(exec.installHint, 300)}`}`,
    );
  }
  const spec = {
    interactive: false,
    ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}),
  };
  const info = { kind: "ExecCredential", apiVersion: exec.apiVersion, spec };
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value] as const));
  const result = await platform
    .runProgram({
      file,
      args: exec.args,
      env: { ...platform.stdio.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      stdin: "",
      timeoutMs: TIMEOUT_MS,
      maxStdoutBytes: MOST_OUTPUT_BYTES,
      maxWaitAfterExitMs: 1000,
    })
    .catch((error: unknown) => {
      throw failed(`cannot be started: ${systemReason(error)}`, error);
    });
  if (result.timedOut) throw failed(`did not end within ${TIMEOUT_MS / 1000} s`);
  if (result.status !== 0) {
    const how =
      result.status === null ? `was ended by ${result.signal}` : `failed with exit status ${result.status}`;
    const stderr = excerpt(result.stderr, 300);
    throw failed(stderr === "" ? how : `${how}: ${stderr}`);
  }
  return credentialOf(result.stdout, exec, failed);
}

function credentialOf(
  stdout: Uint8Array,
  exec: ExecEntry,
  failed: (reason: string) => CommandError,
): ExecCredential {
  const document = parseJsonObject(stdout);
  if (document?.["kind"] !== "ExecCredential") throw failed("printed no ExecCredential");
  const version = textAt(document, "apiVersion");
  if (version !== exec.apiVersion)
    throw failed(`printed an ExecCredential of ${version}, not of ${exec.apiVersion}`);
  const given = textAt(document, "status", "token");
  const token = given === undefined ? undefined : new Secret(given);
  const certificate = textAt(document, "status", "clientCertificateData");
  const key = textAt(document, "status", "clientKeyData");
  if (certificate !== undefined && key !== undefined)
    return { token, certificate: { certificate, key: new Secret(key) } };
  if (token === undefined) throw failed("printed neither a token nor a client certificate with its key");
  return { token, certificate: undefined };
}

/** The cluster's data in KUBERNETES_EXEC_INFO (client-go, exec.go: toV1Cluster). */
function clusterInfo({
  server,
  ca,
  raw,
  tlsServerName,
  proxyUrl,
}: ClusterEntry): Readonly<Record<string, unknown>> {
  const extension = Array.isArray(raw["extensions"])
    ? raw["extensions"].find((one: unknown) => textAt(one, "name") === EXTENSION)
    : undefined;
  return {
    server,
    ...(tlsServerName === undefined ? {} : { "tls-server-name": tlsServerName }),
    ...(ca === undefined ? {} : { "certificate-authority-data": base64(new TextEncoder().encode(ca)) }),
    ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }),
    ...(extension === undefined ? {} : { config: (extension as { readonly extension?: unknown }).extension }),
  };
}

const EXTENSION = "client.authentication.k8s.io/exec";
const RUNS = 0o111;

function findCommand(command: string, { fileSystem, stdio, processInfo }: Platform): string | undefined {
  if (/[\\/]/.test(command)) return command;
  const path = stdio.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  return path
    .split(listSeparator(processInfo.workingDirectory))
    .map((directory) => executablePath(directory === "" ? "." : directory, command, fileSystem))
    .find((candidate) => {
      const status = fileSystem.status(candidate);
      return status?.kind === "file" && (status.mode & RUNS) !== 0;
    });
}
