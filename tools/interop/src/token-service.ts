import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { ServerCertificate } from "@imagecred/fake-clouds";
import { ISSUER } from "./distribution.ts";
import type { Address } from "./server.ts";

/**
 * The token service of a registry (distribution's documentation, "Token authentication specification"): a user who logs in gets a
 * token for the requested scope, all others a 401. The registry checks the tokens.
 */
export class TokenService implements AsyncDisposable {
  /** Number of requests, with a login or without. */
  requests = 0;
  readonly #server: Server;
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });

  private constructor(
    { certificatePem, privateKeyPem }: ServerCertificate,
    login: { readonly username: string; readonly password: string },
  ) {
    const expected = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
    this.#server = createServer(
      { cert: certificatePem, key: privateKeyPem },
      ({ url = "", headers }, response) => {
        this.requests++;
        const query = new URL(url, "https://token.service").searchParams;
        response.setHeader("content-type", "application/json");
        if (headers.authorization !== expected) {
          response
            .writeHead(401)
            .end('{"errors":[{"code":"UNAUTHORIZED","message":"wrong user or password"}]}');
          return;
        }
        const token = this.#token(login.username, query.get("service") ?? "", query.getAll("scope"));
        response.end(JSON.stringify({ token, expires_in: 300 }));
      },
    );
  }

  static async start(
    { host, port }: Address,
    certificate: ServerCertificate,
    login: { readonly username: string; readonly password: string },
  ): Promise<TokenService> {
    const service = new TokenService(certificate, login);
    service.#server.listen(port, host);
    await once(service.#server, "listening");
    return service;
  }

  /** Its public key, for the registry. */
  get jwks(): object {
    return {
      keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" }],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #token(subject: string, audience: string, scopes: readonly string[]): string {
    const now = Math.floor(Date.now() / 1000);
    const access = scopes.map((scope) => {
      const [type = "", name = "", actions = ""] = scope.split(":");
      return { type, name, actions: actions.split(",") };
    });
    const times = { iat: now, nbf: now - 5, exp: now + 300 };
    const claims = { iss: ISSUER, sub: subject, aud: audience, jti: randomUUID(), ...times, access };
    const content = [{ alg: "ES256", typ: "JWT", kid: "1" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const key = { key: this.#keys.privateKey, dsaEncoding: "ieee-p1363" as const };
    return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
  }
}
