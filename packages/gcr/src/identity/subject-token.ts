import {
  asObject,
  isLinkLocalHost,
  isLoopbackHost,
  parseJson,
  Secret,
  type TlsOptions,
  textAt,
  unbracketed,
} from "@imagecred/protocol";
import { errorOf } from "../google-refusal.ts";
import type { TokenRequest } from "../token-request.ts";
import { awsSubjectToken } from "./aws-subject-token.ts";
import { type CredentialFields, type CredentialFile, unusable } from "./credential-file.ts";
import { executableSubjectToken } from "./executable-subject-token.ts";
import type { SubjectTokenUse } from "./sts.ts";

/**
 * Gets an external account's subject token from its source: a file, a URL, AWS, an executable, or a certificate
 * (https://google.aip.dev/auth/4117).
 * @throws {CredentialError}
 */
export async function readSubjectToken(
  file: CredentialFile,
  use: SubjectTokenUse,
  request: TokenRequest,
): Promise<SubjectProof> {
  const source = sourceOf(file);
  const { context } = request;
  for (const name of ["url", "region_url", "imdsv2_session_token_url"]) checkSourceUrl(file, source, name);
  if (textAt(source, "environment_id") !== undefined)
    return { token: await awsSubjectToken(file, source, use, context) };
  const path = textAt(source, "file");
  if (path !== undefined) {
    const text = await context.files.readText(path, "subject token");
    return {
      token: tokenIn(text, file, source, `its subject token file ${path}`, "check what writes that file"),
    };
  }
  const url = textAt(source, "url");
  if (url !== undefined) {
    const text = await readUrl(url, source, request);
    return {
      token: tokenIn(
        text,
        file,
        source,
        `the response of ${new URL(url).origin}`,
        "check what responds there",
      ),
    };
  }
  if ("executable" in source) return { token: await executableSubjectToken(file, source, use, context) };
  if (isCertificate(file)) {
    const { certificateFilesOf } = await import("./certificate-source.ts");
    const { certificateSubject } = await import("./certificate-exchange.ts");
    return await certificateSubject(await certificateFilesOf(file, source, context), context);
  }
  const advice = "expected file, url, executable, certificate or AWS";
  throw unusable(file.path, "its credential_source has no source", advice);
}

/** The subject token of an external account. */
export interface SubjectProof {
  readonly token: Secret;
  /** TLS settings for Google STS, if the token needs them. */
  readonly tls?: TlsOptions;
}

/** Whether the source is a certificate, which has another default endpoint. */
export function isCertificate(file: CredentialFile): boolean {
  return "certificate" in sourceOf(file);
}

function sourceOf(file: CredentialFile): CredentialFields {
  return asObject(file.fields["credential_source"]) ?? {};
}

/** The token in a source's text, without the line break that editors and `echo` add. */
function tokenIn(
  text: string,
  file: CredentialFile,
  source: CredentialFields,
  origin: string,
  advice: string,
): Secret {
  const format = asObject(source["format"]);
  const type = textAt(format, "type") ?? "text";
  const field = textAt(format, "subject_token_field_name");
  if (type !== "text" && type !== "json") {
    const reason = `its credential_source.format.type is ${JSON.stringify(type)}`;
    throw unusable(file.path, reason, "expected text or json");
  }
  if (type === "json" && field === undefined) {
    const reason = "its credential_source.format is json and has no subject_token_field_name";
    throw unusable(file.path, reason, "set it to the field with the token");
  }
  const token = field === undefined || type === "text" ? text : textAt(parseJson(text), field);
  if (token !== undefined && token.trim() !== "") return new Secret(token.trim());
  throw unusable(file.path, `${origin} has no token`, advice);
}

async function readUrl(url: string, source: CredentialFields, { context }: TokenRequest): Promise<string> {
  const headers = Object.entries(asObject(source["headers"]) ?? {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name.toLowerCase(), value] as const] : [],
  );
  const call = {
    service: "the source of the subject token",
    operation: "subject token",
    method: "GET",
    url,
    headers: Object.fromEntries(headers),
  } as const;
  const response = await (url.startsWith("http:") ? context.http.metadata(call) : context.http.cloud(call));
  if (response.status === 200) return new TextDecoder().decode(response.body);
  const action = `asking the source of the subject token (${new URL(url).origin})`;
  throw errorOf(response, action, "check the credential file and the URL in it");
}

/** A source's URL must be https, or a loopback or link-local address. */
function checkSourceUrl(file: CredentialFile, source: CredentialFields, name: string): void {
  const text = textAt(source, name);
  if (text === undefined) return;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = unbracketed(url?.hostname ?? "");
  if (url?.protocol === "https:") return;
  if (url?.protocol === "http:" && (isLoopbackHost(host) || isLinkLocalHost(host))) return;
  throw unusable(file.path, `its credential_source.${name} is plain http to another machine`, "use https");
}
