/** The request that the kubelet writes to a plugin's stdin: k8s.io/kubelet/pkg/apis/credentialprovider, encoded by Go. */
import type { Secret } from "@imagecred/protocol";
import { compareBytes } from "@imagecred/protocol/go";
import { goJson } from "../go/json-text.ts";

/** A request; token and annotations are only sent in `credentialprovider.kubelet.k8s.io/v1`. */
export interface PluginRequest {
  readonly apiVersion: string;
  /** The image without tag and digest. */
  readonly image: string;
  readonly serviceAccountToken?: Secret | undefined;
  readonly serviceAccountAnnotations?: ReadonlyMap<string, string> | undefined;
}

/** The request as one line of JSON, byte for byte as the kubelet sends it. Contains the token in clear text. */
export function encodePluginRequest(request: PluginRequest): string {
  const fields = [
    ["kind", goJson("CredentialProviderRequest")],
    ["apiVersion", goJson(request.apiVersion)],
    ["image", goJson(request.image)],
  ];
  if (request.apiVersion === "credentialprovider.kubelet.k8s.io/v1") {
    const token = request.serviceAccountToken?.reveal() ?? "";
    if (token !== "") fields.push(["serviceAccountToken", goJson(token)]);
    const annotations = [...(request.serviceAccountAnnotations ?? [])].sort(([a], [b]) => compareBytes(a, b));
    const object = annotations.map(([key, value]) => `${goJson(key)}:${goJson(value)}`).join(",");
    if (annotations.length > 0) fields.push(["serviceAccountAnnotations", `{${object}}`]);
  }
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(",")}}\n`;
}
