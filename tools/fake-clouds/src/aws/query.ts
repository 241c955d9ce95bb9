import type { AwsError } from "./errors.ts";

/** The session tags of a request in the AWS query protocol. */
export function tagsOf(parameters: URLSearchParams): Record<string, string> {
  const keys = membersOf(parameters, "Tags.member", ".Key");
  const values = membersOf(parameters, "Tags.member", ".Value");
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""]));
}

/** A list of the AWS query protocol: `NAME.1`, `NAME.2`, ... */
export function membersOf(parameters: URLSearchParams, name: string, field = ""): readonly string[] {
  const found: string[] = [];
  for (let index = 1; parameters.has(`${name}.${index}${field}`); index++)
    found.push(parameters.get(`${name}.${index}${field}`) ?? "");
  return found;
}

export function validation(field: string, constraint: string): AwsError {
  const message = `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${constraint}`;
  return { status: 400, code: "ValidationError", message };
}
