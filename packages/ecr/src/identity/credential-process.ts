import { type Context, CredentialError, type Found, parseJsonObject } from "@imagecred/protocol";
import { type AwsCredentials, parseCredentialDocument } from "../aws-credentials.ts";

/** A document of credentials is about one kilobyte. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Runs a profile's `credential_process` and reads what it prints (AWS SDKs and Tools reference guide, "Process credential
 * provider"). Its stderr is not passed on: AWS warns that tools print secrets there.
 * @throws {CredentialError}
 */
export async function runCredentialProcess(
  command: string,
  profile: string,
  { env, runShell, deadline, clock }: Pick<Context, "env" | "runShell" | "deadline" | "clock">,
): Promise<Found<AwsCredentials>> {
  const timeoutMs = deadline.remainingMs();
  const { status, timedOut, stdout } = await runShell({
    command,
    env,
    timeoutMs,
    maxStdoutBytes: MAX_OUTPUT_BYTES,
  });
  if (timedOut) throw failed(profile, `it was still running after ${Math.round(timeoutMs)} ms`);
  if (status !== 0)
    throw failed(profile, status === null ? "it was killed" : `it exited with status ${status}`);
  const document = parseJsonObject(stdout);
  if (document?.["Version"] !== 1) throw failed(profile, "it printed no JSON object with Version 1");
  const { Expiration: expiration } = document;
  if (typeof expiration === "string" && !(Date.parse(expiration) > clock.now())) {
    throw failed(profile, `its credentials ended at ${JSON.stringify(expiration)}`);
  }
  return {
    identity: parseCredentialDocument(stdout, `the credential_process of profile ${profile}`),
    principal: `the credential_process of profile ${profile}`,
  };
}

function failed(profile: string, reason: string): CredentialError {
  return new CredentialError({
    action: `running the credential_process of profile ${profile}`,
    reason,
    advice: "run the command by hand, as the kubelet's user and with the plugin's environment",
  });
}
