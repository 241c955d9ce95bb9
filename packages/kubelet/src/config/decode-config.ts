/**
 * One file's bytes into a configuration: `decode` in pkg/credentialprovider/plugin/config.go with the serializers of
 * apimachinery below it (pkg/runtime/serializer/json/json.go).
 */

import { bytesFrom, quote, textOf } from "@imagecred/protocol/go";
import { DecodeContext, DecodeError, type DecodeFault } from "../decode/decode-context.ts";
import {
  type GroupVersionKind,
  groupVersionText,
  InterpretError,
  interpret,
} from "../decode/group-version-kind.ts";
import type { DataNode } from "../decode/tree.ts";
import { type DataDocument, DocumentError, type LineColumn, parseDocument } from "./document.ts";
import { isOtherKnownKind, otherKindText } from "./known-kinds.ts";
import type { KubeletRules } from "./kubernetes-version.ts";
import type { ProblemCode } from "./problem.ts";
import { type ConfigVersion, configType } from "./schema.ts";
import type { CredentialProvider } from "./types.ts";

/** A problem of one file. */
export interface FileProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly position: LineColumn;
  readonly path: string;
  readonly kubeletText: boolean;
}

/** The result of decoding a file. */
export interface DecodedFile {
  /** Undefined if decoding failed. Defined after strict errors: the values were decoded. */
  readonly providers: readonly CredentialProvider[] | undefined;
  /** The kubelet's message about the file, after `error decoding config "...": `; undefined if the kubelet accepts the file. */
  readonly error: string | undefined;
  readonly problems: readonly FileProblem[];
  /** Positions of values, by paths such as `providers[0].name`. */
  readonly locate: (path: string) => LineColumn | undefined;
}

const START: LineColumn = { line: 1, column: 1 };

/** Decodes a file as the kubelet with these rules does. Never throws because of the file's contents. */
export function decodeConfig(data: Uint8Array, rules: KubeletRules): DecodedFile {
  let document: DataDocument;
  try {
    document = parseDocument(data);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return refused(error.fault, error.message, error.position, error.kubeletText);
  }
  let gvk: GroupVersionKind;
  try {
    gvk = interpret(document.root);
  } catch (error) {
    if (!(error instanceof InterpretError)) throw error;
    return refused("wrong-type", error.message, document.locate(error.at));
  }
  return faultOfKind(gvk, data, document) ?? decodeVersion(gvk.version as ConfigVersion, document, rules);
}

function refused(code: ProblemCode, message: string, position: LineColumn, kubeletText = true): DecodedFile {
  return {
    providers: undefined,
    error: message,
    problems: [{ code, message, position, path: "", kubeletText }],
    locate: () => undefined,
  };
}

function faultOfKind(
  gvk: GroupVersionKind,
  data: Uint8Array,
  document: DataDocument,
): DecodedFile | undefined {
  const at = document.locate(document.root.at);
  // The kubelet prints the whole file here, environment variables included. So does this text: it goes to the
  // operator who owns the file.
  if (gvk.kind === "")
    return refused("missing-kind", `Object 'Kind' is missing in '${textOf(bytesFrom(data))}'`, START);
  if (gvk.version === "") {
    return refused(
      "missing-api-version",
      `Object 'apiVersion' is missing in '${textOf(bytesFrom(data))}'`,
      at,
    );
  }
  if (isConfigVersion(gvk)) return undefined;
  if (isOtherKnownKind(gvk))
    return refused("wrong-kind", otherKindText(gvk), at, hasOnlyItsKind(document.root));
  const what =
    gvk.version === "__internal"
      ? `the internal version of group ${quote(gvk.group)}`
      : `version ${quote(groupVersionText(gvk))}`;
  const message = `no kind ${quote(gvk.kind)} is registered for ${what} in scheme "pkg/runtime/scheme.go:111"`;
  return refused("unknown-kind", message, at);
}

/** Another kind's fields are not modelled here, and the kubelet reports them first. */
function hasOnlyItsKind(root: DataNode): boolean {
  return root.type === "object" && root.entries.every(({ key }) => key === "apiVersion" || key === "kind");
}

function isConfigVersion(gvk: GroupVersionKind): boolean {
  const versions: readonly string[] = ["v1", "v1beta1", "v1alpha1", "__internal"] satisfies ConfigVersion[];
  return (
    gvk.group === "kubelet.config.k8s.io" &&
    gvk.kind === "CredentialProviderConfig" &&
    versions.includes(gvk.version)
  );
}

const CODES: Readonly<Record<DecodeFault, ProblemCode>> = {
  type: "wrong-type",
  duration: "bad-duration",
  "unknown-field": "unknown-field",
  "duplicate-key": "duplicate-key",
};

function decodeVersion(version: ConfigVersion, document: DataDocument, rules: KubeletRules): DecodedFile {
  const type = configType(version, rules);
  const context = new DecodeContext();
  try {
    const file = type.decode(context, document.root, type.zero());
    if (context.typeMismatch !== undefined) throw context.typeMismatch;
    const problems = rules.strictDecoding ? strictProblems(document, context) : [];
    const texts =
      problems.length === 0
        ? []
        : [...duplicateText(document), ...context.strictProblems.map((p) => p.message)];
    return {
      providers: file.providers ?? [],
      error: texts.length === 0 ? undefined : `strict decoding error: ${texts.join(", ")}`,
      problems,
      locate: (path) => {
        const at = context.locations.get(path);
        return at === undefined ? undefined : document.locate(at);
      },
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return refused(CODES[error.fault], error.message, document.locate(error.at));
  }
}

/** go-yaml has one error for all repeated keys of a document. */
function duplicateText(document: DataDocument): string[] {
  if (document.duplicates.length === 0) return [];
  const lines = document.duplicates.map(({ key, line }) => `\n  line ${line}: key ${key} already set in map`);
  return [`yaml: unmarshal errors:${lines.join("")}`];
}

function strictProblems(document: DataDocument, context: DecodeContext): FileProblem[] {
  const repeated = document.duplicates.map(
    ({ key, at, line }): FileProblem => ({
      code: "duplicate-key",
      message: `line ${line}: key ${key} already set in map`,
      position: document.locate(at),
      path: "",
      kubeletText: true,
    }),
  );
  const others = context.strictProblems.map(
    ({ fault, message, at }): FileProblem => ({
      code: CODES[fault],
      message,
      position: document.locate(at),
      path: "",
      kubeletText: true,
    }),
  );
  return [...repeated, ...others];
}
