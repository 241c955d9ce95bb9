import { CredentialError, textAt } from "@imagecred/protocol";

/** A credential file's fields (https://google.aip.dev/auth/4110). */
export type CredentialFields = Readonly<Record<string, unknown>>;

/** The kinds of file that give a token here. */
export const FILE_TYPES = [
  "service_account",
  "authorized_user",
  "external_account",
  "external_account_authorized_user",
  "impersonated_service_account",
] as const;
export type FileType = (typeof FILE_TYPES)[number];

/** A parsed file, with what every kind of it has. */
export interface CredentialFile {
  readonly type: FileType;
  readonly fields: CredentialFields;
  /** For errors: where it was read. */
  readonly path: string;
}

/** @throws {CredentialError} for what is not a credential file, or one of a kind that gives no token here */
export function parseCredentialFile(value: unknown, path: string): CredentialFile {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unusable(path, "it is not a JSON object", "write the file again");
  }
  const fields = value as CredentialFields;
  const type = FILE_TYPES.find((each) => each === fields["type"]);
  if (type !== undefined) return { type, fields, path };
  const found = textAt(fields, "type");
  throw unusable(
    path,
    found === undefined ? "it has no type" : `its type is ${JSON.stringify(found.slice(0, 60))}`,
    `expected ${FILE_TYPES.join(", ")}`,
  );
}

/** A field that a file of this type must have. @throws {CredentialError} */
export function required(file: CredentialFile, name: string): string {
  const value = textAt(file.fields, name);
  if (value !== undefined) return value;
  throw unusable(file.path, `its ${name} is missing`, `files of type ${file.type} have one`);
}

/** That a file cannot be used, without a word of what is in it. */
export function unusable(path: string, reason: string, advice: string): CredentialError {
  return new CredentialError({
    action: `using the Google credential file ${path}`,
    reason,
    advice,
    failure: "misconfigured",
  });
}
