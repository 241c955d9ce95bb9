import type { TokenFacts } from "../token-facts.ts";

const UNKNOWN_REGISTRY_AUDIENCE =
  "this tenant or cloud does not know Azure Container Registry by this audience: check the tenant and the cloud, or set --audience";

const ONLY_MANAGED =
  "a token of Entra ID itself proves an application only where it is a managed identity's, of the application's own tenant";

const UNREACHABLE_ISSUER =
  "let Entra ID reach the token's issuer from the internet: /.well-known/openid-configuration and the jwks_uri in it";

const LETTER_CASE = "a federated credential differs in letter case alone, which counts: correct it";

/** What to do about the AADSTS codes that registry credentials run into (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const ADVICE: Readonly<Record<string, string>> = {
  AADSTS50013:
    "Entra ID could not verify the token with its issuer's published keys: see that the issuer in it is this cluster's, and that its keys are published",
  AADSTS50027: "the token is malformed: check that it is a service account token",
  AADSTS50049: "check the cloud: this Entra ID host does not know the issuer's",
  AADSTS50166: UNREACHABLE_ISSUER,
  AADSTS50196:
    "too many nodes or pods ask for the same token within minutes: raise defaultCacheDuration, or give them identities of their own",
  AADSTS500022: "a proxy on the way restricts tenants: let it allow this one",
  AADSTS53003:
    "a Conditional Access policy for workload identities blocks the application: let it allow this address",
  AADSTS650052:
    "this tenant has no service principal of the service that the audience names: an administrator adds it, or --audience names another",
  AADSTS7000112: "enable the application's service principal in this tenant again",
  AADSTS7000229:
    "install the application in this tenant: its administrator runs 'az ad sp create --id' with the client id",
  AADSTS700222: ONLY_MANAGED,
  AADSTS700226: ONLY_MANAGED,
  AADSTS700227:
    "ask for the managed identity's token with the audience api://AzureADTokenExchange (that of the cloud): --node-audience",
  AADSTS700236:
    "use a managed identity of the application's own tenant: Entra ID accepts no other as its federated credential",
  AADSTS90061: UNREACHABLE_ISSUER,
  AADSTS90002: "check the tenant id, and that the cloud is the tenant's",
  AADSTS900382: "the application is registered in another cloud than this tenant: use one of this cloud",
  AADSTS700016: "check the client id, and that the application exists in this tenant",
  AADSTS7000215: "renew the client secret in the configuration: its value, not its id",
  AADSTS7000222: "renew the application's secret or certificate: it has expired",
  AADSTS700024: "check the clock of this node: the assertion is not valid now",
  AADSTS700027: "register this very certificate with the application in Entra ID",
  AADSTS70021: "add a federated credential for this issuer, subject and audience to the application",
  AADSTS700211: "add a federated credential with this cluster's issuer to the application",
  AADSTS700212:
    "make the token's audience (serviceAccountTokenAudience of the CredentialProviderConfig, for a node --node-audience) and the federated credential's audience the same",
  AADSTS700213: "add a federated credential for this service account to the application",
  AADSTS7002138: LETTER_CASE,
};

const GENERAL_ADVICE = "look the code up at https://login.microsoftonline.com/error";

/** The codes for an audience that the tenant does not know. */
const UNKNOWN_RESOURCE = ["AADSTS50001", "AADSTS500011"];

/** The codes for an assertion that no federated credential of the application fits. */
const UNTRUSTED = ["AADSTS70021", "AADSTS700211", "AADSTS700213", "AADSTS7002138"];

/** What is known of the request that Entra ID refused, for advice that names it. */
export interface EntraRequestFacts {
  /** What to do when the tenant does not know the audience; that of registries unless told. */
  readonly unknownAudience?: string;
  /** Another issuer's token, and the application that should trust it. */
  readonly assertion?: TokenFacts & { readonly clientId: string };
}

/** What to do about the AADSTS code in a text, from whatever service the text comes; undefined without one. */
export function entraAdvice(text: string, facts: EntraRequestFacts = {}): string | undefined {
  const code = /\bAADSTS\d+/.exec(text)?.[0];
  if (code === undefined) return undefined;
  if (UNKNOWN_RESOURCE.includes(code)) return facts.unknownAudience ?? UNKNOWN_REGISTRY_AUDIENCE;
  const { assertion } = facts;
  if (UNTRUSTED.includes(code) && assertion?.issuer !== undefined) {
    const { issuer, subject, audience, clientId } = assertion;
    const named = credentialAudience(audience, issuer);
    const tenant = code === "AADSTS700211" ? managedTenant(assertion) : undefined;
    // The issuer is in Entra ID's own words.
    if (tenant !== undefined)
      return `a managed identity has to be of the application's own tenant, and this one is of ${tenant}; if so, add a federated credential with its issuer, subject ${subject} and audience ${named}`;
    const right = `add to application ${clientId} a federated credential with issuer ${issuer}, subject ${subject} and audience ${named}`;
    return code === "AADSTS7002138" ? `${LETTER_CASE}, or ${right}` : right;
  }
  return ADVICE[code] ?? GENERAL_ADVICE;
}

/** The tenant of a managed identity's token for the exchange; undefined for a token of anything else. */
function managedTenant({ issuer, audience }: TokenFacts): string | undefined {
  if (audience !== EXCHANGE_APPLICATION) return undefined;
  return /^https:\/\/[^/]+\/([0-9a-f-]{36})\//i.exec(issuer ?? "")?.[1];
}

/** Application id of Entra ID's exchange endpoint: what the tokens of managed identities have as audience. */
const EXCHANGE_APPLICATION = "fb60f99c-7a34-4190-8149-302f77469936";

/** The audience that a federated credential has for a token: for those of managed identities a URI, and not its id. */
function credentialAudience(audience: string | undefined, issuer: string): string | undefined {
  if (audience !== EXCHANGE_APPLICATION) return audience;
  const cloud = /chinacloudapi\.cn|microsoftonline\.cn/.test(issuer)
    ? "China"
    : issuer.includes("microsoftonline.us")
      ? "USGov"
      : "";
  return `api://AzureADTokenExchange${cloud}`;
}
