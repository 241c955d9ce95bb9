import { CredentialError } from "../errors.ts";
import type { Logger } from "../log.ts";

/** A source that is not configured. This is not an error: the next source is tried. */
export interface Unavailable {
  /** The reason, in a few words: "AWS_ACCESS_KEY_ID is not set". */
  readonly unavailable: string;
  /** Advice, if the chain's own does not fit this reason. */
  readonly advice?: string;
}

/** An identity, and its name for logs. */
export interface Found<Identity> {
  readonly identity: Identity;
  /** Its name for logs, without secrets: "role node-role of the instance profile". */
  readonly principal: string;
}

/** One source of an identity, such as a file or a metadata server. */
export interface IdentitySource<Identity> {
  /** As the cloud's documentation calls it: "EKS Pod Identity". */
  readonly name: string;
  /** @throws {CredentialError} if the source is configured but does not work; this ends the chain */
  find(): Promise<Found<Identity> | Unavailable>;
}

/**
 * Tries the sources in order and returns the first identity. A source that is configured but does not work ends the chain:
 * to use another identity silently is worse than to fail.
 * @param registry the registry that needs the credential, for the message
 * @param advice advice if no source has an identity, unless a source has its own
 * @throws {CredentialError} the source's own, or one with failure `unassigned` that lists every source with its reason
 */
export async function findIdentity<Identity>(
  sources: readonly IdentitySource<Identity>[],
  registry: string,
  log: Logger,
  advice: string,
): Promise<Found<Identity>> {
  const tried: string[] = [];
  let sourceAdvice: string | undefined;
  for (const { name, find } of sources) {
    const found = await find();
    if (!("unavailable" in found)) {
      log.info("identity", { source: name, principal: found.principal });
      return found;
    }
    log.debug("identity-unavailable", { source: name, reason: found.unavailable });
    tried.push(`${name} (${found.unavailable})`);
    sourceAdvice ??= found.advice;
  }
  throw new CredentialError({
    action: `looking for an identity for ${registry}`,
    reason: `none found; tried ${tried.join(", ")}`,
    advice: sourceAdvice ?? advice,
    failure: "unassigned",
  });
}
