import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import type { Clouds } from "@imagecred/fake-clouds";

/**
 * Requests an image's manifest from the fake registry with a credential, as a container runtime would: with Basic if the
 * registry accepts it, otherwise through the token service that its challenge names.
 * @returns the last status
 */
export async function registryStatus(
  clouds: Clouds,
  image: string,
  login: { readonly username: string; readonly password: string },
): Promise<number> {
  const [host = "", ...path] = image.split("/");
  const url = `https://${host}/v2/${path.join("/")}/manifests/latest`;
  const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  const first = await get(clouds, url, {});
  const challenge = /^Bearer realm="([^"]+)"(?:,service="([^"]+)")?/.exec(first.challenge);
  if (challenge === null) return (await get(clouds, url, { authorization: basic })).status;
  const [, realm = "", service = ""] = challenge;
  const scope = `repository:${path.join("/")}:pull`;
  const token = await get(clouds, `${realm}?${new URLSearchParams({ service, scope })}`, {
    authorization: basic,
  });
  if (token.status !== 200) return token.status;
  const answer = JSON.parse(token.body) as { token?: string; access_token?: string };
  return (await get(clouds, url, { authorization: `Bearer ${answer.token ?? answer.access_token}` })).status;
}

interface Answer {
  readonly status: number;
  readonly challenge: string;
  readonly body: string;
}

function get(clouds: Clouds, url: string, headers: Record<string, string>): Promise<Answer> {
  const { HTTPS_PROXY, SSL_CERT_FILE = "" } = clouds.networkEnv();
  const agent = new Agent({ ca: readFileSync(SSL_CERT_FILE), proxyEnv: { HTTPS_PROXY } });
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        const challenge = response.headers["www-authenticate"] ?? "";
        resolve({ status: response.statusCode ?? 0, challenge, body });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
