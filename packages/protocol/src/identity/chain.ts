import { CredentialError } from "../errors.ts";
import type { Logger } from "../log.ts";

/** "There is nothing of this kind here", as a value: not an error, the next source is asked. */
export interface Unavailable {
  /** Why, in a few words: "AWS_ACCESS_KEY_ID is not set". */
  readonly unavailable: string;
  /** What to do, where the reason shows that the usual advice does not fit. */
  readonly instead?: string;
}

/** An identity, and its name for logs. */
export interface Found<Identity> {
  readonly identity: Identity;
  /** Who that is, for logs: "role node-role of the instance profile". No secret. */
  readonly principal: string;
}

/** One way of finding out who we are. */
export interface IdentitySource<Identity> {
  /** As the cloud's documentation calls it: "EKS Pod Identity". */
  readonly name: string;
  /** @throws {CredentialError} for a source that is configured and does not work; it ends the chain */
  find(): Promise<Found<Identity> | Unavailable>;
}

/**
 * Asks the sources in order and returns the first identity. A source that is configured but does not work ends the chain:
 * silently becoming another identity is worse than failing.
 * @param registry whose credential is wanted, for the message
 * @param advice what to do when no source has an identity
 * @throws {CredentialError} the source's own, or one with failure `unassigned` that lists every source with its reason
 */
export async function findIdentity<Identity>(
  sources: readonly IdentitySource<Identity>[],
  registry: string,
  log: Logger,
  advice: string,
): Promise<Found<Identity>> {
  const tried: string[] = [];
  let instead: string | undefined;
  for (const { name, find } of sources) {
    const found = await find();
    if (!("unavailable" in found)) {
      log.info("identity", { source: name, principal: found.principal });
      return found;
    }
    log.debug("identity-unavailable", { source: name, reason: found.unavailable });
    tried.push(`${name} (${found.unavailable})`);
    instead ??= found.instead;
  }
  throw new CredentialError({
    action: `looking for an identity for ${registry}`,
    reason: `none found; tried ${tried.join(", ")}`,
    advice: instead ?? advice,
    failure: "unassigned",
  });
}
