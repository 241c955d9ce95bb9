import { CredentialError, textAt } from "@imagecred/protocol";

/** A credential file's fields (https://google.aip.dev/auth/4110). */
export type CredentialFields = Readonly<Record<string, unknown>>;

/** The supported kinds of file. */
export const FILE_TYPES = [
  "service_account",
  "authorized_user",
  "external_account",
  "external_account_authorized_user",
  "impersonated_service_account",
] as const;
/** One of {@link FILE_TYPES}. */
export type FileType = (typeof FILE_TYPES)[number];

/** A parsed file of any kind. */
export interface CredentialFile {
  readonly type: FileType;
  readonly fields: CredentialFields;
  /** The file's path, for errors. */
  readonly path: string;
}

/** Checks the file's type. @throws {CredentialError} if it is not a credential file of a supported kind */
export function parseCredentialFile(value: unknown, path: string): CredentialFile {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unusable(path, "it is not a JSON object", "create a new file");
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
  throw unusable(file.path, `its ${name} is missing`, `files of type ${file.type} must have it`);
}

/** The error for a file that cannot be used; it must not quote the file. */
export function unusable(path: string, reason: string, advice: string): CredentialError {
  return new CredentialError({
    action: `using the Google credential file ${path}`,
    reason,
    advice,
    failure: "misconfigured",
  });
}
