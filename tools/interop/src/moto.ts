import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import { MOTO_SERVER, type Programs } from "./programs.ts";
import { type Address, Server } from "./server.ts";

/** The account that moto's users belong to. */
export const ACCOUNT = "123456789012";

/** The password that moto's ECR gives for an account's registries. */
export const PASSWORD = `${ACCOUNT}-auth-token`;

/** Keys as STS and IAM give them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only for temporary keys. */
  readonly sessionToken?: string;
}

/** moto's TLS files; the certificate's names include its address. */
export interface MotoTls {
  /** Path of a PEM file. */
  readonly certificate: string;
  /** Path of a PEM file. */
  readonly key: string;
  /** PEM of the authority. */
  readonly authority: string;
}

/** A statement that allows these actions on everything. */
export const allow = (...actions: readonly string[]) => ({
  Effect: "Allow",
  Action: actions,
  Resource: "*",
});

/** The statement of a trust policy. @param principal `{"AWS": ...}` or `{"Federated": ...}` */
export const trust = (action: string, principal: Readonly<Record<string, string>>) => ({
  Effect: "Allow",
  Principal: principal,
  Action: action,
});

/** moto's server: IAM, STS and ECR on one address, which checks signatures and policies with botocore's code. */
export class Moto implements AsyncDisposable {
  readonly #server: Server;
  readonly #origin: string;
  readonly #authority: string | undefined;

  private constructor(server: Server, origin: string, authority: string | undefined) {
    this.#server = server;
    this.#origin = origin;
    this.#authority = authority;
  }

  /** Without `tls` the server speaks plain http. */
  static async start({ python }: Programs, address: Address, tls?: MotoTls): Promise<Moto> {
    const { host, port } = address;
    const secure = tls === undefined ? [] : ["-c", tls.certificate, "-k", tls.key];
    const args = [MOTO_SERVER, "-H", host, "-p", String(port), ...secure];
    const server = await Server.start({ path: python, args, ...address });
    return new Moto(server, `${tls === undefined ? "http" : "https"}://${host}:${port}`, tls?.authority);
  }

  /** How many of the next requests need no signature and no permission. Zero: every request needs both. */
  async checkAfter(requests: number): Promise<void> {
    await this.#post("/moto-api/reset-auth", { "content-type": "text/plain" }, String(requests));
  }

  /** A user with keys, and with these statements as its policy. */
  async user(name: string, ...statements: readonly object[]): Promise<Keys & { readonly arn: string }> {
    const user = await this.#call("iam", { Action: "CreateUser", UserName: name });
    if (statements.length > 0) {
      const policy = { PolicyName: "policy", PolicyDocument: document(statements) };
      await this.#call("iam", { Action: "PutUserPolicy", UserName: name, ...policy });
    }
    const key = await this.#call("iam", { Action: "CreateAccessKey", UserName: name });
    return { arn: element(user, "Arn"), ...keysIn(key) };
  }

  /** A role. @returns its ARN */
  async role(name: string, trusted: object, ...statements: readonly object[]): Promise<string> {
    const role = await this.#call("iam", {
      Action: "CreateRole",
      RoleName: name,
      AssumeRolePolicyDocument: document([trusted]),
    });
    if (statements.length > 0) {
      const policy = { PolicyName: "policy", PolicyDocument: document(statements) };
      await this.#call("iam", { Action: "PutRolePolicy", RoleName: name, ...policy });
    }
    return element(role, "Arn");
  }

  /** Temporary keys of a role, as an instance would have them. */
  async sessionOf(roleArn: string): Promise<Keys> {
    const session = { RoleArn: roleArn, RoleSessionName: "i-0123456789abcdef0" };
    return keysIn(await this.#call("sts", { Action: "AssumeRole", ...session }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #call(service: "iam" | "sts", parameters: Readonly<Record<string, string>>): Promise<string> {
    // The only part that moto reads of a signature that it does not check: the request's service.
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIAADMIN/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    const version = service === "iam" ? "2010-05-08" : "2011-06-15";
    const body = new URLSearchParams({ ...parameters, Version: version }).toString();
    return this.#post("/", { authorization, "content-type": "application/x-www-form-urlencoded" }, body);
  }

  async #post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
    const { request } = this.#authority === undefined ? http : https;
    const asking = request(this.#origin + path, {
      method: "POST",
      headers,
      ca: this.#authority,
      agent: false,
    });
    asking.end(body);
    const [response] = (await once(asking, "response")) as [http.IncomingMessage];
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    if (response.statusCode !== 200)
      throw new Error(`moto: ${response.statusCode} ${text}\n${this.#server.output}`);
    return text;
  }
}

function document(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function keysIn(xml: string): Keys {
  const sessionToken = /<SessionToken>([^<]*)</.exec(xml)?.[1];
  return {
    accessKeyId: element(xml, "AccessKeyId"),
    secretAccessKey: element(xml, "SecretAccessKey"),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/** @throws Error when there is no such element, or an empty one */
function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]+)<`).exec(xml)?.[1];
  if (text === undefined) throw new Error(`moto gives no ${name}: ${xml}`);
  return text;
}
