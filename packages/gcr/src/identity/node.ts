import { CredentialError, type Environment, type IdentitySource, TransportError } from "@imagecred/protocol";
import { requireAssumedUniverse, type TokenRequest } from "../token-request.ts";
import type { AccessToken } from "./access-token.ts";
import { instanceToken } from "./instance.ts";

/** Variable with the path of a credential file: https://cloud.google.com/docs/authentication/application-default-credentials */
const FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

/** Advice if the node has no identity. */
export const NODE_ADVICE = `on Google Cloud attach a service account to the instance, elsewhere set --node-identity or ${FILE_VARIABLE}`;

/**
 * Application default credentials, in their usual order: the configured file, gcloud's file, the metadata server; or the
 * identity of `--node-identity`.
 */
export function nodeSources(request: TokenRequest): readonly IdentitySource<AccessToken>[] {
  const { context, options } = request;
  const { env, files } = context;
  const { node } = options;
  if (node.kind !== "own") {
    return [
      {
        name: `--node-identity ${node.kind === "token" ? node.identity.kind : node.kind}`,
        async find() {
          const { findInOtherCloud } = await import("./other-cloud.ts");
          return await findInOtherCloud(node, request);
        },
      },
    ];
  }
  const fromFile = async (path: string, text: string) => {
    const { fileToken } = await import("./default-credentials.ts");
    return await fileToken(path, text, request);
  };
  return [
    {
      name: FILE_VARIABLE,
      async find() {
        const path = env[FILE_VARIABLE] || undefined;
        if (path === undefined) return { unavailable: "not set" };
        return await fromFile(path, await files.readText(path, "Google credential file"));
      },
    },
    {
      name: "gcloud's application default credentials",
      async find() {
        const path = wellKnownFile(env);
        if (path === undefined) return { unavailable: "no home directory" };
        const text = await files.readTextIfExists(path, "Google credential file");
        return text === undefined ? { unavailable: `no ${path}` } : await fromFile(path, text);
      },
    },
    {
      name: "the metadata server",
      async find() {
        requireAssumedUniverse(request);
        const identity = await instanceToken(request).catch(offCloud);
        return { identity, principal: `service account ${options.serviceAccount}` };
      },
    },
  ];
}

/**
 * The path where `gcloud auth application-default login` writes
 * (https://cloud.google.com/docs/authentication/application-default-credentials#personal).
 * @returns undefined if the environment has no home directory: under systemd, the kubelet often has none
 */
function wellKnownFile(env: Environment): string | undefined {
  const name = "application_default_credentials.json";
  if (env["CLOUDSDK_CONFIG"]) return `${env["CLOUDSDK_CONFIG"]}/${name}`;
  if (env["APPDATA"]) return `${env["APPDATA"]}/gcloud/${name}`;
  return env["HOME"] ? `${env["HOME"]}/.config/gcloud/${name}` : undefined;
}

/** Off Google Cloud, advise which identity to configure instead. */
function offCloud(error: unknown): never {
  if (!(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
  if (error.cause.phase !== "connect" && error.cause.phase !== "lookup") throw error;
  throw error.with({ advice: NODE_ADVICE });
}
