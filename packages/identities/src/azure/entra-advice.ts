import type { TokenFacts } from "../token-facts.ts";

const UNKNOWN_REGISTRY_AUDIENCE =
  "this tenant or cloud does not know this audience for Azure Container Registry: check the tenant and the cloud, or set --audience";

const ONLY_MANAGED =
  "of Entra ID's own tokens, a federated credential accepts only a managed identity's, of the application's own tenant";

const UNREACHABLE_ISSUER =
  "let Entra ID reach the token's issuer from the internet: /.well-known/openid-configuration and the jwks_uri in it";

const LETTER_CASE = "a federated credential differs only in letter case, which matters: correct it";

/** Advice for the AADSTS codes of registry credentials (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const ADVICE: Readonly<Record<string, string>> = {
  AADSTS50013:
    "Entra ID could not verify the token with its issuer's published keys: check that its issuer is this cluster's, and that the issuer's keys are published",
  AADSTS50027: "the token is malformed: check that it is a service account token",
  AADSTS50049: "check the cloud: this Entra ID host does not know the issuer's",
  AADSTS50166: UNREACHABLE_ISSUER,
  AADSTS50196:
    "too many nodes or pods ask for the same token within minutes: raise defaultCacheDuration, or give them separate identities",
  AADSTS500022: "a proxy restricts tenants: allow this one there",
  AADSTS53003:
    "a Conditional Access policy for workload identities blocks the application: allow this address there",
  AADSTS650052:
    "this tenant has no service principal of the audience's service: ask an administrator to add it, or set another --audience",
  AADSTS7000112: "enable the application's service principal in this tenant",
  AADSTS7000229:
    "install the application in this tenant: its administrator runs 'az ad sp create --id' with the client id",
  AADSTS700222: ONLY_MANAGED,
  AADSTS700226: ONLY_MANAGED,
  AADSTS700227: "set --node-audience to api://AzureADTokenExchange (the one of this cloud)",
  AADSTS700236:
    "use a managed identity of the application's own tenant: Entra ID accepts no other as its federated credential",
  AADSTS90061: UNREACHABLE_ISSUER,
  AADSTS90002: "check the tenant id, and that the cloud is the tenant's",
  AADSTS900382: "the application and this tenant are in different clouds: use an application of this cloud",
  AADSTS700016: "check the client id, and that the application exists in this tenant",
  AADSTS7000215: "renew the client secret in the configuration: its value, not its id",
  AADSTS7000222: "renew the application's secret or certificate: it has expired",
  AADSTS700024: "check the clock of this node: the assertion is not valid now",
  AADSTS700027: "register this certificate with the application in Entra ID",
  AADSTS70021: "add a federated credential for this issuer, subject and audience to the application",
  AADSTS700211: "add a federated credential with this cluster's issuer to the application",
  AADSTS700212:
    "set the token's audience (serviceAccountTokenAudience in the CredentialProviderConfig; for a node, --node-audience) to the federated credential's audience",
  AADSTS700213: "add a federated credential for this service account to the application",
  AADSTS7002138: LETTER_CASE,
};

const GENERAL_ADVICE = "look the code up at https://login.microsoftonline.com/error";

/** The codes for an unknown audience. */
const UNKNOWN_RESOURCE = ["AADSTS50001", "AADSTS500011"];

/** The codes for an assertion that matches no federated credential of the application. */
const UNTRUSTED = ["AADSTS70021", "AADSTS700211", "AADSTS700213", "AADSTS7002138"];

/** Facts of the refused request, for the advice. */
export interface EntraRequestFacts {
  /** Advice for an unknown audience; default the one for registries. */
  readonly unknownAudience?: string;
  /** The token of another issuer, and the application that should trust it. */
  readonly assertion?: TokenFacts & { readonly clientId: string };
}

/** Advice for the AADSTS code in a text of any service; undefined if it has none. */
export function entraAdvice(text: string, facts: EntraRequestFacts = {}): string | undefined {
  const code = /\bAADSTS\d+/.exec(text)?.[0];
  if (code === undefined) return undefined;
  if (UNKNOWN_RESOURCE.includes(code)) return facts.unknownAudience ?? UNKNOWN_REGISTRY_AUDIENCE;
  const { assertion } = facts;
  if (UNTRUSTED.includes(code) && assertion?.issuer !== undefined) {
    const { issuer, subject, audience, clientId } = assertion;
    const expectedAudience = credentialAudience(audience, issuer);
    const tenant = code === "AADSTS700211" ? managedTenant(assertion) : undefined;
    // Entra ID's message contains the issuer.
    if (tenant !== undefined)
      return `the application must be in the managed identity's tenant, ${tenant}; if it is, add a federated credential with this issuer, subject ${subject} and audience ${expectedAudience}`;
    const right = `add to application ${clientId} a federated credential with issuer ${issuer}, subject ${subject} and audience ${expectedAudience}`;
    return code === "AADSTS7002138" ? `${LETTER_CASE}, or ${right}` : right;
  }
  return ADVICE[code] ?? GENERAL_ADVICE;
}

/** The tenant of a managed identity's token for the exchange; undefined for any other token. */
function managedTenant({ issuer, audience }: TokenFacts): string | undefined {
  if (audience !== EXCHANGE_APPLICATION) return undefined;
  return /^https:\/\/[^/]+\/([0-9a-f-]{36})\//i.exec(issuer ?? "")?.[1];
}

/** Application id of Entra ID's exchange endpoint: the audience in managed identities' tokens. */
const EXCHANGE_APPLICATION = "fb60f99c-7a34-4190-8149-302f77469936";

/** The audience that a token's federated credential needs: for managed identities a URI instead of the application id. */
function credentialAudience(audience: string | undefined, issuer: string): string | undefined {
  if (audience !== EXCHANGE_APPLICATION) return audience;
  const cloud = /chinacloudapi\.cn|microsoftonline\.cn/.test(issuer)
    ? "China"
    : issuer.includes("microsoftonline.us")
      ? "USGov"
      : "";
  return `api://AzureADTokenExchange${cloud}`;
}
