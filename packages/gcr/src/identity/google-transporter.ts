import {
  type Context,
  type HttpRequest,
  parseJson,
  Secret,
  type TransportResponse,
} from "@imagecred/protocol";
import type { JWT } from "google-auth-library";
import { errorOf, tokenIn } from "../google-response.ts";

/** google-auth-library's HTTP client, of which it uses `request` alone unless its interceptors are wanted. */
export type Transporter = JWT["transporter"];
type Options = NonNullable<Parameters<Transporter["request"]>[0]>;

/**
 * google-auth-library's requests over the context's HTTP: its proxy, trust, deadline, retries, limits and log hold, and
 * the library's own do not come into it. A response that is not what was asked for is a CredentialError, which the library
 * passes on.
 */
export function transporterOver(context: Context): Transporter {
  const transporter = {
    defaults: {},
    async request(options: Options) {
      const request = toRequest(options);
      const local = request.url.startsWith("http:");
      const response = await (local ? context.http.metadata(request) : context.http.cloud(request));
      const { field, advice } = EXPECTED[request.service] ?? {
        advice: "check the credential file and what it points to",
      };
      const action = `asking ${request.service} (${request.operation}, ${new URL(request.url).origin})`;
      if (field !== undefined) {
        tokenIn(response, action, field, () => advice);
      } else if (response.status < 200 || response.status > 299) {
        throw errorOf(response, action, advice);
      }
      const data = bodyOf(response, options.responseType);
      return { status: response.status, headers: new Headers(response.headers), data, config: options };
    },
  };
  // The class has private members, so nothing but itself satisfies its type.
  return transporter as unknown as Transporter;
}

const OAUTH = "Google OAuth";
const STS = "Google STS";
const IAM = "IAM Service Account Credentials";

/** What each of Google's services answers with, and what to do when it does not. */
const EXPECTED: Readonly<Record<string, { readonly field?: string; readonly advice: string }>> = {
  [OAUTH]: {
    field: "access_token",
    advice: "check that the key or refresh token is still valid, and the node's clock",
  },
  [STS]: {
    field: "access_token",
    advice: "check the pool's provider, its audience and its conditions",
  },
  [IAM]: {
    field: "accessToken",
    advice:
      "grant the identity roles/iam.workloadIdentityUser or serviceAccountTokenCreator on the service account",
  },
};

function toRequest(options: Options): HttpRequest {
  const url = String(options.url);
  const headers = Object.fromEntries(
    new Headers(options.headers as ConstructorParameters<typeof Headers>[0]),
  );
  const data: unknown = options.body ?? options.data;
  const isForm = data instanceof URLSearchParams;
  if (data !== undefined && headers["content-type"] === undefined) {
    headers["content-type"] = isForm ? "application/x-www-form-urlencoded" : "application/json";
  }
  return {
    ...nameOf(url),
    method: (options.method ?? "GET") as HttpRequest["method"],
    url,
    headers,
    ...(data === undefined
      ? {}
      : { body: isForm ? data.toString() : typeof data === "string" ? data : JSON.stringify(data) }),
  };
}

function nameOf(url: string): { readonly service: string; readonly operation: string } {
  const { hostname, pathname } = new URL(url);
  if (pathname.endsWith(":generateAccessToken")) return { service: IAM, operation: "generateAccessToken" };
  if (/(?:^|[.-])sts[.-]/.test(hostname)) return { service: STS, operation: "token" };
  if (hostname.startsWith("oauth2.")) return { service: OAUTH, operation: "token" };
  return { service: "the source of the subject token", operation: "subject token" };
}

/** Characters from which on a value of a response is taken for a secret: tokens and keys are longer, names seldom. */
const SECRET_LENGTH = 16;

function bodyOf(response: TransportResponse, type: Options["responseType"]): unknown {
  const document = type === "text" ? undefined : parseJson(response.body);
  const text = new TextDecoder().decode(response.body);
  const values = typeof document === "object" && document !== null ? Object.values(document) : [text];
  for (const value of values) {
    // Wrapped for the sake of redaction: no message of the library can give it away.
    if (typeof value === "string" && value.length >= SECRET_LENGTH) new Secret(value);
  }
  return document ?? text;
}
