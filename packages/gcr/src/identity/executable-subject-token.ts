import {
  asObject,
  type Context,
  type JsonObject,
  parseJsonObject,
  Secret,
  textAt,
} from "@imagecred/protocol";
import { type CredentialFields, type CredentialFile, unusable } from "./credential-file.ts";
import type { SubjectTokenUse } from "./sts.ts";

const CONSENT = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Gets the subject token from a program's output
 * (https://cloud.google.com/iam/docs/workload-identity-federation-with-other-providers#use_executable-sourced_credentials).
 * As in Google's libraries, the environment must allow this.
 * @throws {CredentialError}
 */
export async function executableSubjectToken(
  file: CredentialFile,
  source: CredentialFields,
  { audience, type, email }: SubjectTokenUse,
  { env, files, runShell, deadline, clock }: Context,
): Promise<Secret> {
  const executable = asObject(source["executable"]);
  const command = textAt(executable, "command");
  if (command === undefined) {
    throw unusable(file.path, "its credential_source.executable has no command", "create a new file");
  }
  if (env[CONSENT] !== "1") {
    throw unusable(file.path, `it runs a program, and ${CONSENT} is not 1`, `set ${CONSENT}=1 to allow it`);
  }
  const outputFile = textAt(executable, "output_file");
  const written =
    outputFile === undefined ? undefined : await files.readTextIfExists(outputFile, "subject token");
  const cached = written === undefined ? undefined : tokenOf(parseJsonObject(written), type, clock.now());
  if (cached?.token !== undefined) return cached.token;
  const limit = executable?.["timeout_millis"];
  const timeoutMs = Math.min(typeof limit === "number" ? limit : DEFAULT_TIMEOUT_MS, deadline.remainingMs());
  const { status, timedOut, stdout } = await runShell({
    command,
    env: {
      ...env,
      GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: audience,
      GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: type,
      GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE: "0",
      ...(email === undefined ? {} : { GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL: email }),
      ...(outputFile === undefined ? {} : { GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE: outputFile }),
    },
    timeoutMs,
    maxStdoutBytes: MAX_OUTPUT_BYTES,
  });
  const failed = (reason: string) =>
    unusable(file.path, `its executable ${reason}`, "run the command manually, as the kubelet's user");
  if (timedOut) throw failed(`was still running after ${Math.round(timeoutMs)} ms`);
  if (status !== 0) throw failed(status === null ? "was killed" : `exited with status ${status}`);
  const printed = tokenOf(parseJsonObject(stdout), type, clock.now());
  if (printed.token === undefined) throw failed(printed.problem);
  return printed.token;
}

type Printed = { readonly token: Secret } | { readonly token: undefined; readonly problem: string };

/** The token in a program's output. @param now milliseconds since the epoch */
function tokenOf(response: JsonObject | undefined, type: string, now: number): Printed {
  const problem = (text: string): Printed => ({ token: undefined, problem: text });
  if (response?.["version"] !== 1) return problem("printed no JSON object with version 1");
  if (response["success"] !== true) {
    const code = textAt(response, "code") ?? "no code";
    return problem(`failed: ${code}: ${(textAt(response, "message") ?? "no message").slice(0, 200)}`);
  }
  const expiry = response["expiration_time"];
  if (typeof expiry === "number" && expiry * 1000 <= now) return problem("printed a token that has expired");
  const token = textAt(response, type.endsWith(":saml2") ? "saml_response" : "id_token");
  return token === undefined
    ? problem("printed no token of the file's type")
    : { token: new Secret(token.trim()) };
}
