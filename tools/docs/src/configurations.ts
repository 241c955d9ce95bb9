import { parseAllDocuments } from "yaml";

/** The fields of a provider that these tests check. */
export interface Provider {
  readonly name: string;
  readonly matchImages?: readonly string[];
  readonly defaultCacheDuration?: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly tokenAttributes?: object;
}

export interface Configuration {
  readonly kind: "CredentialProviderConfig";
  readonly providers: readonly Provider[];
}

/** Every document of a YAML (or JSON) text. @throws Error with the parser's message */
export function documentsOf(text: string): readonly unknown[] {
  return parseAllDocuments(text).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS() as unknown;
  });
}

/**
 * The CredentialProviderConfigs in a value, at any depth: machine configs and cluster specifications carry them as objects
 * or as text.
 */
export function configurationsIn(value: unknown): readonly Configuration[] {
  if (typeof value === "string") {
    return /^kind: CredentialProviderConfig$/m.test(value)
      ? documentsOf(value).flatMap(configurationsIn)
      : [];
  }
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && value.kind === "CredentialProviderConfig") return [value as Configuration];
  return Object.values(value).flatMap(configurationsIn);
}
