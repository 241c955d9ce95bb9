/** An account's OIDC identity provider (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html). */
export interface OidcProvider {
  readonly account: string;
  readonly partition: string;
  /** The issuer's URL, `https://...`. */
  readonly url: string;
  /** Client ids: the accepted audiences. */
  readonly clientIds: readonly string[];
}

/**
 * The provider that every account has by default. Its audience is not registered; policies check it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html).
 */
export const GOOGLE = { issuer: "https://accounts.google.com", name: "accounts.google.com" } as const;

/** The OIDC providers of all accounts. */
export class OidcProviders {
  readonly #providers: OidcProvider[] = [];

  /** Adds a provider, or audiences to an existing one. */
  add(provider: OidcProvider): void {
    const known = this.#providers.findIndex(
      (each) =>
        each.url === provider.url &&
        each.account === provider.account &&
        each.partition === provider.partition,
    );
    if (known < 0) {
      this.#providers.push(provider);
      return;
    }
    const clientIds = [...new Set([...(this.#providers[known]?.clientIds ?? []), ...provider.clientIds])];
    this.#providers[known] = { ...provider, clientIds };
  }

  /** The provider of a role's account for a token's issuer. IAM stores the URL unchanged, except for a trailing slash. */
  find(roleArn: string, issuer: string): OidcProvider | undefined {
    const [, partition, , , account] = roleArn.split(":");
    return this.#providers.find(
      (each) => bare(each.url) === bare(issuer) && each.account === account && each.partition === partition,
    );
  }
}

/** The provider's name in ARNs and condition keys: the URL without its scheme. */
export function providerName(url: string): string {
  return url.replace(/^https:\/\//, "");
}

export function providerArn({ account, partition, url }: OidcProvider): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${providerName(url)}`;
}

function bare(url: string): string {
  return url.replace(/\/$/, "");
}
