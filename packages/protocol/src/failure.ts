import {
  CredentialError,
  messageOf,
  OptionsError,
  RequestError,
  UnsupportedRegistryError,
} from "./errors.ts";
import type { LogFields } from "./log.ts";

/** For programs that read the log: the three parts of the message. */
export function partsOf(error: unknown): LogFields | undefined {
  if (!(error instanceof CredentialError)) return undefined;
  const { action, reason, advice } = error;
  return { action, reason, ...(advice === undefined ? {} : { advice }) };
}

/** The line for stderr: our own errors say all that there is to say, anything else is a defect and says so. */
export function explain(error: unknown): string {
  if (
    error instanceof CredentialError ||
    error instanceof RequestError ||
    error instanceof OptionsError ||
    error instanceof UnsupportedRegistryError
  ) {
    return error.message;
  }
  const name = error instanceof Error ? error.name : typeof error;
  return `internal error: ${name}: ${messageOf(error)}; please report it`;
}
