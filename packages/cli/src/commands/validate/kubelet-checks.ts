import type { ConfigProblem } from "@imagecred/kubelet";

/** Explanations of the kubelet's own checks, for `--explain` and the rules of SARIF. */
export const KUBELET_CHECKS: Readonly<Record<ConfigProblem["code"], string>> = {
  unreadable:
    "The path that --image-credential-provider-config names cannot be read. A directory is accepted since Kubernetes 1.34.",
  "no-files": "The directory has no .yaml, .yml or .json file; the kubelet does not read other files.",
  "json-syntax": "The file begins with {, so it is read as JSON, but it is not valid JSON.",
  "yaml-syntax": "The file cannot be parsed as YAML.",
  "yaml-value":
    "The YAML has a value that JSON cannot represent, such as an infinite number or a key that is not text.",
  "missing-kind":
    "A file needs kind: CredentialProviderConfig. If it is missing, the kubelet writes the whole file to its log.",
  "missing-api-version":
    "A file needs apiVersion: kubelet.config.k8s.io/v1. If it is missing, the kubelet writes the whole file to its log.",
  "unknown-kind": "The kubelet does not know this combination of apiVersion and kind.",
  "wrong-kind": "The kind of the file is not CredentialProviderConfig.",
  "wrong-type":
    "A value does not have the type of its field: text without quotes that YAML reads as a number or a boolean, one value where a list is expected, or the reverse.",
  "bad-duration": 'A duration is a number with a unit, in quotes: "30m", "6h". There is no unit for days.',
  "unknown-field":
    "Kubernetes 1.32 and newer reject unknown fields; older kubelets ignore them. Field names are case-sensitive.",
  "duplicate-key": "A field is set twice in one object. Kubernetes 1.32 and newer reject that.",
  "duplicate-provider": "Two providers have the same name.",
  required: "A field that the kubelet needs is missing or empty.",
  invalid: "A value is not valid for its field.",
  unsupported: "The field accepts only certain values, and this is not one of them.",
  duplicate: "A value that must be unique occurs twice.",
  forbidden: "A field is not allowed in combination with others, or with this version of the kubelet.",
};
