import { CredentialError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";

/** "There is nothing of this kind here", as a value: not an error, the next source is asked. */
export interface Unavailable {
  /** Why, in a few words: "AWS_ACCESS_KEY_ID is not set". */
  readonly unavailable: string;
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
  /** @throws {CredentialError} with `tryNext` saying whether the chain goes on */
  find(): Promise<Found<Identity> | Unavailable>;
}

/** The identity that a chain of sources ended with. */
export interface ChainResult<Identity> extends Found<Identity> {
  /** Name of the source that answered. */
  readonly source: string;
}

/**
 * Asks the sources in order and takes the first identity. A source that is configured but broken ends the chain, unless
 * its error says otherwise: silently becoming somebody else is worse than failing.
 * @param forWhat completes the sentence "no identity for ..."
 * @throws {CredentialError} the source's own, or one that lists every source with its reason
 */
export async function findIdentity<Identity>(
  sources: readonly IdentitySource<Identity>[],
  forWhat: string,
  log: Logger,
  advice: string,
): Promise<ChainResult<Identity>> {
  const tried: string[] = [];
  for (const source of sources) {
    try {
      const found = await source.find();
      if ("unavailable" in found) {
        log.debug("identity-unavailable", { source: source.name, reason: found.unavailable });
        tried.push(`${source.name} (${found.unavailable})`);
        continue;
      }
      log.info("identity", { source: source.name, principal: found.principal });
      return { ...found, source: source.name };
    } catch (error) {
      if (!(error instanceof CredentialError && error.tryNext)) throw error;
      log.debug("identity-failed", { source: source.name, reason: messageOf(error) });
      tried.push(`${source.name} (${error.reason})`);
    }
  }
  throw new CredentialError({
    action: `looking for an identity for ${forWhat}`,
    reason: `none found; tried ${tried.join(", ")}`,
    advice,
  });
}

/** The same source, whose failures let the next one be tried: what `--identity-fallback node` asks for. */
export function orNext<Identity>(source: IdentitySource<Identity>): IdentitySource<Identity> {
  return {
    name: source.name,
    async find() {
      try {
        return await source.find();
      } catch (error) {
        if (!(error instanceof CredentialError)) throw error;
        throw error.with({ tryNext: true });
      }
    },
  };
}
