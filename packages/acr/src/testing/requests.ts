import assert from "node:assert/strict";
import { askPlugin, type Question } from "@imagecred/e2e";
import type { Clouds } from "@imagecred/fake-clouds";
import { CredentialError } from "@imagecred/protocol";
import { testContext } from "@imagecred/protocol/testing";
import { acr } from "../provider.ts";

/** The requests that the fakes received, in order: `azure.imds Token`. */
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
 * Pulls like a container runtime with a registry's refresh token: token endpoint, then a manifest.
 * @returns the manifest's status, or the token endpoint's if that failed
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

/**
 * The message of the plugin's error.
 * @param kind the error's class; default: CredentialError
 */
export async function failure(
  clouds: Clouds,
  question: Question,
  kind: new (...args: never[]) => Error = CredentialError,
): Promise<string> {
  const { error, message } = await askPlugin(acr, clouds, question);
  assert.ok(error instanceof kind, error === undefined ? "a credential was given" : String(error));
  return message;
}
