import { formatGoDuration } from "@imagecred/protocol/go";
import { crypto } from "@imagecred/protocol/runtime";
import { type KubeletRules, kubeletRules } from "../../config/kubernetes-version.ts";
import { readConfig } from "../../config/read-config.ts";
import type { CredentialProvider, ServiceAccountTokenAttributes } from "../../config/types.ts";
import { memoryFileSystem } from "../memory-file-system.ts";
import { bytes, type Case, list, optionalText, record, text } from "./input.ts";

/** readCredentialProviderConfig and validateCredentialProviderConfig with the case's files. */
export function configCase(input: Case) {
  const files = list(input["files"]).map(record);
  const contents = new Map(files.map((file) => [`/$DIR/${text(file, "name")}`, bytes(file, "data")]));
  const first = files[0] === undefined ? "" : `/$DIR/${text(files[0], "name")}`;
  const version = optionalText(input, "kubernetesVersion");
  const saTokens = input["saTokens"];
  const reading = readConfig(input["dir"] === true ? "/$DIR" : first, {
    fileSystem: memoryFileSystem(contents),
    crypto,
    saTokens: typeof saTokens === "boolean" ? saTokens : true,
    ...(version === undefined ? {} : { kubernetesVersion: version }),
  });
  if (reading.readError !== undefined) {
    const { message, kubeletText } = reading.readError;
    return {
      readError: message.replaceAll("/$DIR", "$DIR"),
      readErrorClass: kubeletText ? "exact" : "other-kind",
    };
  }
  const prefix = "failed to validate credential provider config: ";
  return {
    readError: null,
    config: {
      providers: (reading.config?.providers ?? []).map((provider) =>
        shownProvider(provider, kubeletRules(version)),
      ),
    },
    hash: reading.hash,
    validationErrors: reading.validationErrors,
    ...(reading.kubeletError === undefined ? {} : { aggregate: reading.kubeletError.slice(prefix.length) }),
  };
}

function shownProvider({ tokenAttributes, ...provider }: CredentialProvider, rules: KubeletRules) {
  const duration = provider.defaultCacheDuration;
  return {
    ...provider,
    env: provider.env ?? [],
    defaultCacheDuration: duration === null ? null : formatGoDuration(duration),
    ...(tokenAttributes === null ? {} : { tokenAttributes: shownAttributes(tokenAttributes, rules) }),
  };
}

/** 1.33 has no cacheType. */
function shownAttributes({ cacheType, ...attributes }: ServiceAccountTokenAttributes, rules: KubeletRules) {
  return rules.cacheType ? { ...attributes, cacheType } : attributes;
}
