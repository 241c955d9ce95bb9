const UNKNOWN_RESOURCE =
  "this tenant or cloud does not know Azure Container Registry by this audience: check the tenant and the cloud, or set --audience";

/** What to do about the AADSTS codes that registry credentials run into (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const ADVICE: Readonly<Record<string, string>> = {
  AADSTS50027: "the token is malformed: check that it is a service account token",
  AADSTS50001: UNKNOWN_RESOURCE,
  AADSTS500011: UNKNOWN_RESOURCE,
  AADSTS700016: "check the client id, and that the application exists in this tenant",
  AADSTS7000215: "renew the client secret in the configuration: its value, not its id",
  AADSTS7000222: "renew the application's secret or certificate: it has expired",
  AADSTS700024: "check the clock of this node: the assertion is not valid now",
  AADSTS700027: "register this very certificate with the application in Entra ID",
  AADSTS70021: "add a federated credential for this issuer, subject and audience to the application",
  AADSTS700211: "add a federated credential with this cluster's issuer to the application",
  AADSTS700212:
    "make serviceAccountTokenAudience of the CredentialProviderConfig and the federated credential's audience the same",
  AADSTS700213: "add a federated credential for this service account to the application",
  AADSTS90002: "check the tenant id, and that the cloud is the tenant's",
};

const GENERAL_ADVICE = "look the code up at https://login.microsoftonline.com/error";

/** What to do about the AADSTS code in a text, from whatever service the text comes; undefined without one. */
export function entraAdvice(text: string): string | undefined {
  const code = /\bAADSTS\d+/.exec(text)?.[0];
  return code === undefined ? undefined : (ADVICE[code] ?? GENERAL_ADVICE);
}
