import type { Environment } from "@imagecred/protocol";

const NAME = "application_default_credentials.json";

/**
 * Where `gcloud auth application-default login` writes
 * (https://cloud.google.com/docs/authentication/application-default-credentials#personal).
 * @returns undefined where the environment names no home: a kubelet run by systemd often has none
 */
export function wellKnownFile(env: Environment): string | undefined {
  if (env["CLOUDSDK_CONFIG"]) return `${env["CLOUDSDK_CONFIG"]}/${NAME}`;
  if (env["APPDATA"]) return `${env["APPDATA"]}/gcloud/${NAME}`;
  return env["HOME"] ? `${env["HOME"]}/.config/gcloud/${NAME}` : undefined;
}
