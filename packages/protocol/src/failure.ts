import {
  CredentialError,
  messageOf,
  OptionsError,
  RequestError,
  UnsupportedRegistryError,
} from "./errors.ts";
import type { LogFields } from "./log.ts";

/** The parts of a {@link CredentialError}'s message as log fields; undefined for other errors. */
export function partsOf(error: unknown): LogFields | undefined {
  if (!(error instanceof CredentialError)) return undefined;
  const { action, reason, advice } = error;
  return { action, reason, ...(advice === undefined ? {} : { advice }) };
}

/** The line for stderr. Our own errors have complete messages; any other error is a defect and is reported as one. */
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
