/**
 * What the kubelet's decoder for this file knows besides CredentialProviderConfig (the scheme of
 * pkg/credentialprovider/plugin/plugin.go, v1.37.2). Their error differs from that of an unknown kind.
 */

import { quote } from "@imagecred/protocol/go";
import { type GroupVersionKind, groupVersionText } from "../decode/group-version-kind.ts";

const CONFIG_GROUP = "kubelet.config.k8s.io";
const PLUGIN_GROUP = "credentialprovider.kubelet.k8s.io";
const META_OPTIONS = [
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "UpdateOptions",
];
const PLUGIN_KINDS = ["CredentialProviderRequest", "CredentialProviderResponse", "WatchEvent"];
const RECORD_KINDS = ["ImagePullIntent", "ImagePulledRecord"];
const KUBELET_KINDS = ["KubeletConfiguration", "SerializedNodeConfigSource"];

/** Known in every group and version. */
const UNVERSIONED_KINDS = ["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"];

const KINDS: Readonly<Record<string, readonly string[]>> = {
  [`${CONFIG_GROUP}/__internal`]: [...RECORD_KINDS, ...KUBELET_KINDS],
  [`${CONFIG_GROUP}/v1alpha1`]: RECORD_KINDS,
  [`${CONFIG_GROUP}/v1beta1`]: [...RECORD_KINDS, ...KUBELET_KINDS],
  [`${PLUGIN_GROUP}/__internal`]: PLUGIN_KINDS,
  [`${PLUGIN_GROUP}/v1`]: [...PLUGIN_KINDS, ...META_OPTIONS],
  [`${PLUGIN_GROUP}/v1beta1`]: [...PLUGIN_KINDS, ...META_OPTIONS],
  [`${PLUGIN_GROUP}/v1alpha1`]: [...PLUGIN_KINDS, ...META_OPTIONS],
};

/** Whether the kubelet can read such an object, which is then of the wrong kind. */
export function isOtherKnownKind(gvk: GroupVersionKind): boolean {
  const kinds = KINDS[groupVersionText(gvk)] ?? [];
  return UNVERSIONED_KINDS.includes(gvk.kind) || kinds.includes(gvk.kind);
}

/**
 * The kubelet's text for an object of another kind. The kubelet decodes the object first; here its fields are assumed to be
 * valid.
 */
export function otherKindText(gvk: GroupVersionKind): string {
  if (META_OPTIONS.includes(gvk.kind)) {
    return `no kind ${quote(gvk.kind)} is registered for the internal version of group ${quote(gvk.group)} in scheme "pkg/runtime/scheme.go:111"`;
  }
  if (gvk.kind === "WatchEvent")
    return 'strict decoding error: unknown field "apiVersion", unknown field "kind"';
  return `failed to decode ${quote(gvk.kind)} (wrong Kind)`;
}
