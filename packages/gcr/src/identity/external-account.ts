import { type Context, isLinkLocalHost, isLoopbackHost, parseJson, textAt } from "@imagecred/protocol";
import type { Universe } from "../universe.ts";
import { type CredentialFields, type CredentialFile, required, unusable } from "./credential-file.ts";

/** Where an external account's subject token comes from (https://google.aip.dev/auth/4117). */
export type SubjectSource = "file" | "url" | "aws";

/**
 * Checks an external account's configuration as far as it says where credentials are sent: Google's services of its own
 * universe only (https://cloud.google.com/docs/authentication/client-libraries#external-credentials).
 * @throws {CredentialError}
 */
export function checkExternalAccount(file: CredentialFile, universe: Universe): SubjectSource {
  checkEndpoint(file, "token_url", "sts", universe);
  checkEndpoint(file, "service_account_impersonation_url", "iamcredentials", universe);
  required(file, "audience");
  required(file, "subject_token_type");
  const source = objectField(file.fields, "credential_source") ?? {};
  for (const name of ["url", "region_url", "imdsv2_session_token_url"]) checkSourceUrl(file, source, name);
  if (textAt(source, "environment_id") !== undefined) return "aws";
  if (textAt(source, "file") !== undefined) return "file";
  if (textAt(source, "url") !== undefined) return "url";
  const kind = ["executable", "certificate"].find((name) => name in source);
  throw unusable(
    file.path,
    kind === undefined ? "its credential_source names no source" : `its credential_source is of kind ${kind}`,
    "expected file, url or AWS",
  );
}

/** What an `impersonated_service_account` file aims at. @throws {CredentialError} */
export function impersonationTarget(
  file: CredentialFile,
  universe: Universe,
): { readonly email: string; readonly delegates: readonly string[] } {
  checkEndpoint(file, "service_account_impersonation_url", "iamcredentials", universe);
  const url = required(file, "service_account_impersonation_url");
  const email = /\/serviceAccounts\/([^/:]+@[^/:]+):generateAccessToken$/.exec(url)?.[1];
  if (email === undefined) {
    throw unusable(
      file.path,
      "its service_account_impersonation_url names no service account",
      "write the file again",
    );
  }
  const delegates = file.fields["delegates"];
  return {
    email: decodeURIComponent(email),
    delegates: Array.isArray(delegates) ? delegates.filter((each) => typeof each === "string") : [],
  };
}

/** Reads the subject token with the context's files, where the library would use the runtime's. */
export function fileTokenSupplier(file: CredentialFile, context: Context) {
  const source = objectField(file.fields, "credential_source") ?? {};
  const format = objectField(source, "format") ?? {};
  const path = textAt(source, "file") ?? "";
  return {
    credential_source: undefined,
    subject_token_supplier: {
      async getSubjectToken(): Promise<string> {
        const text = await context.files.readText(path, "subject token");
        const token =
          textAt(format, "type") === "json"
            ? textAt(parseJson(text), textAt(format, "subject_token_field_name") ?? "")
            : text;
        if (token !== undefined && token.trim() !== "") return token;
        throw unusable(
          file.path,
          `its subject token file ${path} holds no token`,
          "check what writes that file",
        );
      },
    },
  };
}

function checkEndpoint(file: CredentialFile, name: string, service: string, universe: Universe): void {
  const url = textAt(file.fields, name);
  if (url === undefined || isServiceUrl(url, service, universe)) return;
  throw unusable(
    file.path,
    `its ${name} is not an endpoint of ${service}.${universe.domain}`,
    "a credential is sent to Google's own services only; write the file again with gcloud",
  );
}

/** What gives a subject token is asked over https, or on this machine and its link. */
function checkSourceUrl(file: CredentialFile, source: CredentialFields, name: string): void {
  const text = textAt(source, name);
  if (text === undefined) return;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  if (url?.protocol === "https:") return;
  if (url?.protocol === "http:" && (isLoopbackHost(host) || isLinkLocalHost(host))) return;
  throw unusable(file.path, `its credential_source.${name} is plain http to another machine`, "use https");
}

/**
 * `sts.googleapis.com`, and its regional, mTLS and Private Service Connect forms
 * (https://cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints).
 */
export function isServiceUrl(text: string, service: string, universe: Universe): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.protocol !== "https:" || url.port !== "" || url.username !== "" || url.password !== "")
    return false;
  if (!url.hostname.endsWith(`.${universe.domain}`)) return false;
  const name = url.hostname.slice(0, -universe.domain.length - 1);
  const label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
  return new RegExp(
    `^(?:${label}[.-])?${service}$|^${service}\\.(?:${label}|${label}\\.rep)$|^${service}-${label}\\.p$`,
  ).test(name);
}

function objectField(object: CredentialFields, name: string): CredentialFields | undefined {
  const value = object[name];
  return typeof value === "object" && value !== null ? (value as CredentialFields) : undefined;
}
