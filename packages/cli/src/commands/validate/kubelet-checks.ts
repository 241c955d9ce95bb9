import type { ConfigProblem } from "@imagecred/kubelet";

/** What each of the kubelet's own checks is about, for `--explain` and the rules of SARIF. */
export const KUBELET_CHECKS: Readonly<Record<ConfigProblem["code"], string>> = {
  unreadable:
    "The path that --image-credential-provider-config names cannot be read. A directory is accepted since Kubernetes 1.34.",
  "no-files": "The directory has no file that ends in .yaml, .yml or .json; the kubelet reads no others.",
  "json-syntax": "The file begins with { and is read as JSON, which it is not.",
  "yaml-syntax": "The file cannot be parsed as YAML.",
  "yaml-value":
    "The YAML has a value that JSON does not have, such as an infinite number or a key that is not text.",
  "missing-kind":
    "A file needs kind: CredentialProviderConfig. Kubelets print the whole file into their log when it is missing.",
  "missing-api-version":
    "A file needs apiVersion: kubelet.config.k8s.io/v1. Kubelets print the whole file into their log when it is missing.",
  "unknown-kind": "The kubelet does not know this combination of apiVersion and kind.",
  "wrong-kind": "The file is an object of another kind than CredentialProviderConfig.",
  "wrong-type":
    "A value has another type than its field: text without quotes that YAML reads as a number or a boolean, one value where a list is expected, or the other way round.",
  "bad-duration": 'A duration is a number with a unit, in quotes: "30m", "6h". There are no days.',
  "unknown-field":
    "Kubernetes 1.32 and newer refuse fields that they do not know; older kubelets ignore them. Spelling and capital letters count.",
  "duplicate-key": "A field is set twice in one object. Kubernetes 1.32 and newer refuse that.",
  "duplicate-provider": "Two providers have one name.",
  required: "A field that the kubelet needs is missing or empty.",
  invalid: "A value is not valid for its field.",
  unsupported: "A field accepts a few values only, and this is another one.",
  duplicate: "A value that must be unique is there twice.",
  forbidden: "A field is set that is not allowed together with others, or with this version of the kubelet.",
};
