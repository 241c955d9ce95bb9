import {
  type Context,
  CredentialError,
  type Environment,
  type Found,
  parseJsonObject,
  StartError,
} from "@imagecred/protocol";
import { splitCommand } from "./command-line.ts";
import { type AwsCredentials, parseCredentialDocument } from "./credentials.ts";

/** A credential document has about one kilobyte. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Runs a profile's `credential_process` and parses its output (AWS SDKs and Tools reference guide, "Process credential
 * provider"). Its stderr is not shown: AWS warns that it may contain secrets.
 * @throws {CredentialError}
 */
export async function runCredentialProcess(
  command: string,
  profile: string,
  { env, runShell, deadline, clock }: Pick<Context, "env" | "runShell" | "deadline" | "clock">,
): Promise<Found<AwsCredentials>> {
  const timeoutMs = deadline.remainingMs();
  // Nodes without a shell are common (Talos, Bottlerocket), so one is used only for lines that need it.
  const words = splitCommand(command);
  const { status, timedOut, stdout } = await runShell({
    command: words ?? command,
    env,
    timeoutMs,
    maxStdoutBytes: MAX_OUTPUT_BYTES,
  }).catch((error: unknown) => {
    throw error instanceof StartError ? notStarted(error, profile, words === undefined) : error;
  });
  if (timedOut) throw failed(profile, `it was still running after ${Math.round(timeoutMs)} ms`);
  if (status !== 0) throw failed(profile, status === null ? "it was killed" : exitReason(status, env));
  const document = parseJsonObject(stdout);
  if (document?.["Version"] !== 1) throw failed(profile, "it printed no JSON object with Version 1");
  const { Expiration: expiration } = document;
  if (typeof expiration === "string" && !(Date.parse(expiration) > clock.now())) {
    throw failed(profile, `its credentials expired at ${JSON.stringify(expiration)}`);
  }
  return {
    identity: parseCredentialDocument(stdout, `the credential_process of profile ${profile}`),
    principal: `the credential_process of profile ${profile}`,
  };
}

/** 126 and 127 are the shell's own statuses (POSIX, Shell Command Language, section 2.8.2). */
function exitReason(status: number, env: Environment): string {
  if (status === 127) {
    return `the shell found no such program (status 127); PATH is ${JSON.stringify(env["PATH"] ?? "not set")}`;
  }
  if (status === 126) return "the program may not be executed (status 126)";
  return `it exited with status ${status}`;
}

function notStarted(error: StartError, profile: string, needsShell: boolean): CredentialError {
  return error.with({
    action: `running the credential_process of profile ${profile}`,
    reason: `${error.file}: ${error.reason}`,
    advice: needsShell
      ? "this node has no shell: write the command without pipes, variables and backslashes, or install a shell"
      : "write the program's full path, and check that the kubelet can see it and that it is built for this machine",
    failure: "misconfigured",
  });
}

function failed(profile: string, reason: string): CredentialError {
  return new CredentialError({
    action: `running the credential_process of profile ${profile}`,
    reason,
    advice: "run the command manually, as the kubelet's user and with the plugin's environment",
  });
}
