import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerCertificate } from "@imagecred/fake-clouds";
import type { Programs } from "./programs.ts";
import { type Address, Server } from "./server.ts";

/** A registry's authentication. */
export type RegistryAuth =
  /** Basic authentication. @see HTPASSWD */
  | { readonly kind: "basic"; readonly htpasswd: string }
  /** A token of this service. */
  | { readonly kind: "token"; readonly realm: string; readonly service: string; readonly jwks: object };

/** htpasswd's line for the user AWS with moto's password: distribution supports only bcrypt (cost 4). */
export const HTPASSWD = "AWS:$2b$04$ODhl0Ll.4f1nmqPMlFD9LO2fNk/O929fuMLTAwuRxAXO2QQF6Hnc.\n";

/** The issuer of a token service's tokens. */
export const ISSUER = "imagecred interop";

/** A registry of the CNCF's distribution, over TLS. @param directory a new one, for its files */
export function startRegistry(
  { registry }: Programs,
  address: Address,
  directory: string,
  { certificatePem, privateKeyPem }: ServerCertificate,
  auth: RegistryAuth,
): Promise<Server> {
  mkdirSync(directory);
  const file = (name: string, content: string) => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const configuration = {
    version: "0.1",
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: join(directory, "images") } },
    http: {
      addr: `${address.host}:${address.port}`,
      secret: "of one run",
      tls: { certificate: file("certificate.pem", certificatePem), key: file("key.pem", privateKeyPem) },
    },
    auth: authOf(auth, file),
  };
  // JSON is YAML.
  const path = file("config.yml", JSON.stringify(configuration));
  return Server.start({ path: registry, args: ["serve", path], ...address });
}

function authOf(auth: RegistryAuth, file: (name: string, content: string) => string): object {
  if (auth.kind === "basic")
    return { htpasswd: { realm: "registry", path: file("htpasswd", auth.htpasswd) } };
  const { realm, service, jwks } = auth;
  const keys = file("jwks.json", JSON.stringify(jwks));
  return { token: { realm, service, issuer: ISSUER, jwks: keys, signingalgorithms: ["ES256"] } };
}
