export { type ManagedIdentityRequest, managedIdentityToken } from "./managed-identity.ts";
