import { OptionsError } from "../errors.ts";
import type { FlagSpec } from "../options/flags.ts";

const IDENTITIES = ["auto", "pod", "node"] as const;
const FALLBACKS = ["none", "unassigned", "node"] as const;

/**
 * When a pod gets the node's identity instead of its own. `none`: never. `unassigned`: when the pod's service account
 * names no identity. `node`: also when the cloud refused the pod's identity; never after a temporary failure (5xx,
 * timeouts, throttling) or a mistake in the configuration.
 */
export type IdentityFallback = (typeof FALLBACKS)[number];

/** `--identity` and `--identity-fallback`, the same in every plugin. */
export interface IdentityPolicy {
  /** auto: the pod's if the request has a service account token, else the node's. */
  readonly identity: (typeof IDENTITIES)[number];
  readonly fallback: IdentityFallback;
}

/** The two flags, for a plugin's table. @param fallback the default of `--identity-fallback` */
export function identityFlags(fallback: IdentityFallback) {
  return {
    identity: {
      kind: "value",
      placeholder: IDENTITIES.join("|"),
      help: "whose identity is used; auto: the pod's when the kubelet sends its token, else the node's",
      default: "auto",
    },
    "identity-fallback": {
      kind: "value",
      placeholder: FALLBACKS.join("|"),
      help: "when a pod gets the node's identity; unassigned: its service account names no identity; node: also when its identity was refused",
      default: fallback,
    },
  } as const satisfies Readonly<Record<string, FlagSpec>>;
}

/**
 * @param defaultFallback used without `--identity-fallback`, except with `--identity pod`, which then means `none`
 * @throws {OptionsError} for unknown values
 */
export function parseIdentityPolicy(
  identity: string | undefined,
  fallback: string | undefined,
  defaultFallback: IdentityFallback,
): IdentityPolicy {
  return {
    identity: oneOf(IDENTITIES, identity ?? "auto", "--identity"),
    fallback: oneOf(
      FALLBACKS,
      fallback ?? (identity === "pod" ? "none" : defaultFallback),
      "--identity-fallback",
    ),
  };
}

function oneOf<Word extends string>(words: readonly Word[], value: string, flag: string): Word {
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw new OptionsError(
    `${flag} is ${JSON.stringify(value)}, expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`,
  );
}
