import {
  type AwsCredentials,
  configuredIdentities,
  credentialsOf,
  isRoleName,
} from "@imagecred/identities/aws";
import { stsOfEnvironment } from "@imagecred/identities/aws/node";
import { firstOf } from "@imagecred/identities/first-of";
import {
  type Context,
  CredentialError,
  type HttpRequest,
  parseJson,
  receivedToken,
  type Secret,
  textAt,
} from "@imagecred/protocol";
import { type CredentialFields, type CredentialFile, unusable } from "./credential-file.ts";
import { signedCallerIdentity } from "./signed-caller-identity.ts";
import type { SubjectTokenUse } from "./sts.ts";

const SERVICE = "EC2 instance metadata";
const DEFAULT_VERIFICATION_URL =
  "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";

/**
 * AWS as the source of an external account: a signed GetCallerIdentity request, which Google STS forwards to AWS
 * (https://google.aip.dev/auth/4117#determining-the-subject-token-in-aws). As in Google's libraries, the keys come from
 * AWS's variables or from EC2's metadata service. In addition, AWS's variables may set a profile, a web identity file or a
 * container's role, which those libraries do not support.
 * @throws {CredentialError}
 */
export async function awsSubjectToken(
  file: CredentialFile,
  source: CredentialFields,
  { audience }: Pick<SubjectTokenUse, "audience">,
  context: Context,
): Promise<Secret> {
  if (textAt(source, "environment_id") !== "aws1") {
    throw unusable(file.path, "its credential_source.environment_id is not aws1", "create a new file");
  }
  const metadata = new InstanceMetadata(file, source, context);
  const region = await regionOf(metadata, source, context);
  const keys =
    keysInEnvironment(context) ?? (await keysOfConfiguredIdentity(context)) ?? (await metadata.keys());
  const url = (textAt(source, "regional_cred_verification_url") ?? DEFAULT_VERIFICATION_URL).replace(
    "{region}",
    region,
  );
  if (!URL.canParse(url) || !/^https:\/\/sts(?:\.[a-z0-9-]{1,63})?\.amazonaws\.com(?:\.cn)?\/?\?/.test(url)) {
    throw unusable(
      file.path,
      "its regional_cred_verification_url is not an endpoint of AWS STS",
      "create a new file with gcloud",
    );
  }
  return signedCallerIdentity(url, region, audience, keys, context);
}

function keysInEnvironment({ env }: Context): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: session } = env;
  if (!id || !secret) return undefined;
  const keys = { accessKeyId: id, secretAccessKey: secret, sessionToken: session || undefined };
  return credentialsOf(keys, "the environment");
}

/** The keys of the identity that AWS's variables configure, if any. @throws {CredentialError} if it does not work */
async function keysOfConfiguredIdentity(context: Context): Promise<AwsCredentials | undefined> {
  const request = {
    sessionName: SESSION_NAME,
    sts: stsOfEnvironment(context.env),
    roleNeeds: "no permission of its own",
    context,
  };
  const found = await firstOf(configuredIdentities(request));
  return "unavailable" in found ? undefined : found.identity;
}

/** Name of role sessions, which CloudTrail shows. */
const SESSION_NAME = "gcr-credential-provider";

async function regionOf(
  metadata: InstanceMetadata,
  source: CredentialFields,
  { env }: Context,
): Promise<string> {
  const configured = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  if (configured) return configured;
  // An availability zone: the region and a letter.
  const zone = await metadata.read("Region", textAt(source, "region_url"), "region_url");
  return zone.replace(/[a-z]$/, "");
}

class InstanceMetadata {
  readonly #file: CredentialFile;
  readonly #source: CredentialFields;
  readonly #context: Context;
  #session: Secret | undefined;

  constructor(file: CredentialFile, source: CredentialFields, context: Context) {
    this.#file = file;
    this.#source = source;
    this.#context = context;
  }

  async keys(): Promise<AwsCredentials> {
    const url = textAt(this.#source, "url");
    const role = await this.read("Role", url, "url");
    if (!isRoleName(role)) {
      const advice = "check what responds there: another service, a proxy";
      throw this.#error("status 200 with something that is not the name of a role", advice);
    }
    const document = parseJson(await this.read("Credentials", `${url}/${role}`, "url"));
    const [id, secret, token] = ["AccessKeyId", "SecretAccessKey", "Token"].map((name) =>
      textAt(document, name),
    );
    if (id === undefined || secret === undefined) {
      throw this.#error("status 200 without AccessKeyId and SecretAccessKey", "check what responds there");
    }
    const keys = { accessKeyId: id, secretAccessKey: secret, sessionToken: token };
    return credentialsOf(keys, "the EC2 instance metadata service");
  }

  /** The text at a URL from the file's `field`. */
  async read(operation: string, url: string | undefined, field: string): Promise<string> {
    if (url === undefined) {
      throw unusable(
        this.#file.path,
        `its credential_source.${field} is missing, and the environment does not replace it`,
        "set AWS's variables (including AWS_REGION), or create a new file with gcloud",
      );
    }
    const session = await this.#openSession();
    const headers = session === undefined ? {} : { "x-aws-ec2-metadata-token": session };
    return await this.#ask({ operation, method: "GET", url, headers });
  }

  async #openSession(): Promise<string | undefined> {
    const url = textAt(this.#source, "imdsv2_session_token_url");
    if (url === undefined) return undefined;
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "300" };
    this.#session ??= receivedToken(
      await this.#ask({ operation: "Token", method: "PUT", url, headers }),
      this.#action,
      "session token",
    );
    return this.#session.reveal();
  }

  async #ask(call: Pick<HttpRequest, "operation" | "method" | "url" | "headers">): Promise<string> {
    const { http } = this.#context;
    const request = { service: SERVICE, ...call };
    const local = call.url.startsWith("http:");
    const response = await (local ? http.metadata(request) : http.cloud(request));
    const text = new TextDecoder().decode(response.body).trim();
    if (response.status === 200 && text !== "") return text;
    throw this.#error(
      response.status === 200 ? "an empty response" : `status ${response.status}`,
      this.#adviceFor(response.status),
    );
  }

  #adviceFor(status: number): string {
    const v2 = textAt(this.#source, "imdsv2_session_token_url") !== undefined;
    if (status === 401 && !v2) {
      return "the instance requires IMDSv2: create a new file with gcloud's --enable-imdsv2";
    }
    return status === 404
      ? "the instance has no role: attach an instance profile, or set AWS's variables"
      : "check the instance's metadata options";
  }

  get #action(): string {
    return `asking the ${SERVICE} service for the subject token of ${this.#file.path}`;
  }

  #error(reason: string, advice: string): CredentialError {
    return new CredentialError({ action: this.#action, reason, advice });
  }
}
