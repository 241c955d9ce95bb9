import assert from "node:assert/strict";
import type { Clouds } from "@imagecred/fake-clouds";
import { type Answer, type Clock, CredentialError } from "@imagecred/protocol";
import { requestFor, testContext } from "@imagecred/protocol/testing";
import { acr } from "../src/provider.ts";

export interface Ask {
  readonly image?: string;
  /** Command line after the program's name. */
  readonly args?: readonly string[];
  /** Beside the way to the fakes and their metadata service. */
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: {
    readonly token: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly clock?: Clock;
}

export interface Asked {
  readonly answer: Answer;
  /** What was logged, from debug up. */
  readonly lines: readonly string[];
}

/** Asks the plugin's code in this process, over real sockets to the fakes. One set of fakes per test file: the trust store is read once. */
export async function ask(clouds: Clouds, request: Ask): Promise<Asked> {
  const { image = "myreg.azurecr.io/app", args = [], env = {}, serviceAccount, clock } = request;
  process.env["SSL_CERT_FILE"] = clouds.networkEnv()["SSL_CERT_FILE"];
  const context = testContext(
    { ...clouds.networkEnv(), AZURE_POD_IDENTITY_AUTHORITY_HOST: clouds.azure.imdsOrigin, ...env },
    clock === undefined ? {} : { clock },
  );
  const { files, log } = context;
  const options = await acr.options({ args, env: context.env, files, log });
  const answer = await acr.credential(requestFor(image, serviceAccount), options, context);
  assert.deepEqual(clouds.secrets.findIn(context.lines.join("\n")), [], "a secret in the log");
  assert.deepEqual(clouds.defects, []);
  return { answer, lines: context.lines };
}

/** The message of the CredentialError (or of the given kind) that asking ends in; it holds no secret. */
export async function failure(
  clouds: Clouds,
  request: Ask,
  kind: new (...args: never[]) => Error = CredentialError,
): Promise<string> {
  try {
    await ask(clouds, request);
  } catch (error) {
    assert.ok(error instanceof kind, String(error));
    assert.deepEqual(clouds.secrets.findIn(error.message), [], "a secret in the message");
    assert.deepEqual(clouds.defects, []);
    return error.message;
  }
  assert.fail("a credential was given");
}

/** What the fakes were asked, in order: `azure.imds Token`. */
export function operations(clouds: Clouds): string[] {
  return clouds.requests.map(({ service, operation }) => `${service} ${operation}`);
}

/** The form fields of the nth request to a service. */
export function formSent(clouds: Clouds, service: string): Record<string, string> {
  const request = clouds.requests.find((each) => each.service === service);
  assert.ok(request, `no request to ${service}`);
  return Object.fromEntries(new URLSearchParams(request.body.toString("utf8")));
}

/**
 * Pulls as a container runtime does with a registry's refresh token: token endpoint, then a manifest.
 * @returns the manifest's status, or the token endpoint's when that was no success
 */
export async function pull(clouds: Clouds, host: string, password: string | undefined): Promise<number> {
  const { http } = testContext({ ...clouds.networkEnv() });
  const scope = "repository:app:pull";
  const token = await http.cloud({
    service: "registry",
    operation: "token",
    method: password === undefined ? "GET" : "POST",
    url: `https://${host}/oauth2/token${password === undefined ? `?service=${host}&scope=${scope}` : ""}`,
    ...(password === undefined
      ? {}
      : {
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({
            grant_type: "refresh_token",
            service: host,
            scope,
            refresh_token: password,
          }).toString(),
        }),
  });
  if (token.status !== 200) return token.status;
  const { access_token } = JSON.parse(new TextDecoder().decode(token.body));
  const manifest = await http.cloud({
    service: "registry",
    operation: "manifest",
    method: "GET",
    url: `https://${host}/v2/app/manifests/latest`,
    headers: { authorization: `Bearer ${access_token}` },
  });
  return manifest.status;
}
