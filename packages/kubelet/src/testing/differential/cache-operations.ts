import { type Clock, Secret } from "@imagecred/protocol";
import type { ByteString } from "@imagecred/protocol/go";
import { parseGoDuration } from "@imagecred/protocol/go";
import { crypto } from "@imagecred/protocol/runtime";
import { kubeletRules } from "../../config/kubernetes-version.ts";
import type { CredentialProvider } from "../../config/types.ts";
import { PluginError } from "../../plugin/plugin-error.ts";
import type { PluginResponse } from "../../plugin/response.ts";
import { cacheKey } from "../../provider/cache-key.ts";
import { PluginProvider } from "../../provider/plugin-provider.ts";
import type { TokenRequest } from "../../provider/service-account.ts";
import { type Case, list, optionalText, record, text, texts } from "./input.ts";
import { shownCredentials } from "./response-operation.ts";

/** generateCacheKey. */
export function cacheKeyCase(input: Case) {
  const inner = Buffer.from(text(input, "serviceAccountKeyHex"), "hex").toString("latin1") as ByteString;
  return { hex: hex(cacheKey(text(input, "base"), inner)) };
}

/** pluginProvider.provide, step by step with a simulated clock. */
export async function provideCase(input: Case) {
  const steps = list(input["steps"]).map(record);
  let step: Case = {};
  const clock: Clock = {
    now: () => Number(step["atSeconds"] ?? 0) * 1000,
    elapsed: () => Number(step["atSeconds"] ?? 0) * 1000,
    sleep: async () => {},
  };
  const tokenRequests: TokenRequest[] = [];
  let request: object | undefined;
  const provider = new PluginProvider(providerOf(input), {
    clock,
    crypto,
    saTokens: true,
    rules: kubeletRules(optionalText(input, "kubernetesVersion")),
    serviceAccounts: {
      get: async () => ({
        uid: text(step, "serviceAccountUID"),
        annotations: new Map(Object.entries(record(step["serviceAccountAnnotations"] ?? {})).map(asTexts)),
      }),
      requestToken: async (tokenRequest) => {
        tokenRequests.push(tokenRequest);
        return new Secret(text(step, "token"));
      },
    },
    exec: async (_, call) => {
      request = {
        image: call.image,
        serviceAccountToken: call.serviceAccountToken?.reveal() ?? "",
        serviceAccountAnnotations:
          call.serviceAccountAnnotations === undefined
            ? null
            : Object.fromEntries(call.serviceAccountAnnotations),
      };
      return responseOf(step, call.serviceAccountToken?.reveal() ?? "");
    },
  });
  const results: object[] = [];
  for (step of steps) {
    request = undefined;
    const provided = await provider.provide(text(step, "image"), {
      namespace: optionalText(step, "namespace") ?? "",
      name: optionalText(step, "pod") ?? "",
      uid: optionalText(step, "podUID") ?? "",
      serviceAccountName: optionalText(step, "serviceAccount") ?? "",
    });
    const keys = provider.cacheKeys().map(hex).sort();
    results.push({
      execCalled: request !== undefined,
      ...(request === undefined ? {} : { request }),
      error: provided.trace.error ?? null,
      credentials: shownCredentials(provided.credentials),
      ...(provided.coordinates === undefined ? {} : { coordinates: provided.coordinates }),
      cachedEntries: keys.length,
      cacheKeysHex: keys,
    });
  }
  const inMode = input["tokenAttributes"] !== undefined;
  return { steps: results, ...(inMode ? { tokenRequests: tokenRequests.map(shownTokenRequest) } : {}) };
}

function providerOf(input: Case): CredentialProvider {
  const attributes = input["tokenAttributes"] === undefined ? undefined : record(input["tokenAttributes"]);
  return {
    name: "plugin",
    matchImages: texts(input["matchImages"]),
    defaultCacheDuration: parseGoDuration(text(input, "defaultCacheDuration")),
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    args: null,
    env: null,
    tokenAttributes:
      attributes === undefined
        ? null
        : {
            serviceAccountTokenAudience: text(attributes, "audience"),
            cacheType: text(attributes, "cacheType"),
            requireServiceAccount: attributes["requireServiceAccount"] === true,
            requiredServiceAccountAnnotationKeys: texts(attributes["required"]),
            optionalServiceAccountAnnotationKeys: texts(attributes["optional"]),
          },
  };
}

/** The response of the case's plugin for this token, or how it fails. */
function responseOf(step: Case, sentToken: string): PluginResponse {
  const response = record(step["response"]);
  const failure = optionalText(response, "error") ?? "";
  if (failure !== "") throw new PluginError("exit", failure);
  const duration = response["cacheDuration"];
  const auth = response["auth"];
  // The recorder returns the token as every password if the case says so.
  const password = (entry: Case) => (response["echoToken"] === true ? sentToken : text(entry, "password"));
  return {
    cacheKeyType: text(response, "cacheKeyType"),
    cacheDuration: typeof duration === "string" ? parseGoDuration(duration) : null,
    auth:
      auth === null || auth === undefined
        ? null
        : new Map(
            Object.entries(record(auth)).map(([key, value]) => {
              const entry = record(value);
              return [key, { username: text(entry, "username"), password: new Secret(password(entry)) }];
            }),
          ),
  };
}

function shownTokenRequest(request: TokenRequest) {
  return {
    namespace: request.namespace,
    serviceAccount: request.serviceAccountName,
    uid: request.serviceAccountUid,
    spec: {
      audiences: request.audiences,
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name: request.podName, uid: request.podUid },
      expirationSeconds: null,
    },
  };
}

function asTexts([key, value]: [string, unknown]): [string, string] {
  return [key, String(value)];
}

function hex(bytes: ByteString): string {
  return Buffer.from(bytes, "latin1").toString("hex");
}
