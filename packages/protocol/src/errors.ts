import { withoutLineBreaks } from "./line-breaks.ts";

/**
 * Kinds of failure that programs distinguish. `unassigned`: no source has an identity. `refused`: the cloud refused this
 * identity. `temporary`: the same request may succeed later (5xx, throttling, timeouts, broken connections).
 * `misconfigured`: a value must be corrected before anything can succeed.
 */
export type Failure = "unassigned" | "refused" | "temporary" | "misconfigured";

/**
 * The kind of failure that the status of a cloud's response means; undefined below 400. Use it only for responses that
 * have the cloud's own format: a proxy can respond with 403 too.
 */
export function failureOf(status: number): Failure | undefined {
  if (status === 408 || status === 425 || status === 429 || status >= 500) return "temporary";
  return status >= 400 ? "refused" : undefined;
}

/** The parts of an error message that a person at 3 a.m. needs, in the order in which they are printed. */
export interface CredentialErrorParts {
  /** The attempted action: "asking Amazon ECR in us-west-2 for a token (GetAuthorizationToken)". */
  readonly action: string;
  /** The reason: status, the cloud's error code and message, request id; or how the connection broke. */
  readonly reason: string;
  /** The remedy, as an instruction. */
  readonly advice?: string;
  /** The kind of failure, where it is certain. */
  readonly failure?: Failure | undefined;
  readonly cause?: unknown;
}

/** Why there is no credential. Its message reads `<action>: <reason>; <advice>`. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";
  readonly action: string;
  readonly reason: string;
  readonly advice: string | undefined;
  readonly failure: Failure | undefined;

  constructor(parts: CredentialErrorParts) {
    const advice = parts.advice === undefined ? "" : `; ${parts.advice}`;
    super(
      withoutLineBreaks(`${parts.action}: ${parts.reason}${advice}`),
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.action = parts.action;
    this.reason = parts.reason;
    this.advice = parts.advice;
    this.failure = parts.failure;
  }

  /** A copy with some parts replaced; the others, `cause` included, stay as they are. */
  with(changes: Partial<CredentialErrorParts>): CredentialError {
    const { action, reason, advice, failure, cause } = this;
    return new CredentialError({
      action,
      reason,
      ...(advice === undefined ? {} : { advice }),
      ...(failure === undefined ? {} : { failure }),
      cause,
      ...changes,
    });
  }
}

/** The request on stdin is not valid. Nothing was sent. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  /** @param message made one line */
  constructor(message: string, options?: ErrorOptions) {
    super(withoutLineBreaks(message), options);
  }
}

/** An argument, environment variable or file cannot be used. Nothing was sent. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";

  /** @param message made one line */
  constructor(message: string, options?: ErrorOptions) {
    super(withoutLineBreaks(message), options);
  }
}

/** The plugin has no credentials for the image's registry. Nothing was sent. */
export class UnsupportedRegistryError extends Error {
  override readonly name = "UnsupportedRegistryError";

  /** @param message made one line */
  constructor(message: string, options?: ErrorOptions) {
    super(withoutLineBreaks(message), options);
  }
}

/** The message of a thrown value, without its stack. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message;
  return String(thrown);
}
