/** One profile: its settings by name, in lower case. */
export type Profile = ReadonlyMap<string, string>;

/** The profiles of the config and the credentials file, by name. */
export type Profiles = ReadonlyMap<string, Profile>;

/** A line that AWS's tools refuse. The message does not quote the line: the files contain keys. */
export class ProfileSyntaxError extends Error {
  override readonly name = "ProfileSyntaxError";
  /** 1 for the first line. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The two shared files, which write profile names differently. */
export type FileKind = "config" | "credentials";

/** Names that AWS's tools accept without quotes. */
const PROFILE_NAME = /^[\w.@%/:+-]+$/;
const SETTING_NAME = /^[\w.@%/:+-]+$/;

/**
 * Reads a config or credentials file as AWS's SDKs do (AWS SDKs and Tools reference guide, "Shared config and credentials
 * files"; the full rules are the SDKs' common `profile-parser-tests.json`). Names of settings may have any letter case,
 * values may continue in a more deeply indented line, and sections may be repeated. Sections of other kinds
 * (`sso-session`, `services`) and names that cannot be a profile's are skipped.
 *
 * Some extensions that files in the field use are accepted too: indented settings and comments, like the AWS CLI, and
 * quoted values, like AWS's SDK for Go (internal/ini/strings.go). `:` instead of `=`, which only that SDK accepts, is
 * refused.
 * @throws {ProfileSyntaxError} for a line that is not valid
 */
export function parseProfileFile(text: string, kind: FileKind): Map<string, Map<string, string>> {
  const profiles = new Map<string, Map<string, string>>();
  /** `[profile default]` replaces `[default]` if the file has both. */
  let prefixedDefault = false;
  let section: { readonly settings: Map<string, string> } | undefined;
  let setting: { readonly name: string; readonly indent: number } | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n/)
    .entries()) {
    const line = raw.trim();
    const number = index + 1;
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const indent = raw.length - raw.trimStart().length;
    if (indent > 0 && setting !== undefined && section !== undefined && indent > setting.indent) {
      continueSetting(section.settings, setting.name, line, number);
    } else if (line.startsWith("[")) {
      setting = undefined;
      const title = profileTitle(line, kind, number);
      if (title === undefined || (title.name === "default" && prefixedDefault && !title.prefixed)) {
        section = { settings: new Map() };
        continue;
      }
      const overrides = title.name === "default" && title.prefixed && !prefixedDefault && kind === "config";
      if (overrides) prefixedDefault = true;
      const settings = (overrides ? undefined : profiles.get(title.name)) ?? new Map<string, string>();
      profiles.set(title.name, settings);
      section = { settings };
    } else {
      if (section === undefined) {
        throw new ProfileSyntaxError(number, "Expected a profile definition, such as [default]");
      }
      setting = { name: addSetting(section.settings, line, indent, number), indent };
    }
  }
  return profiles;
}

/** The title of a profile's section; undefined for other sections. */
function profileTitle(
  line: string,
  kind: FileKind,
  number: number,
): { readonly name: string; readonly prefixed: boolean } | undefined {
  const end = line.indexOf("]");
  const rest = line.slice(end + 1).trim();
  if (end < 0 || (rest !== "" && !/^[#;]/.test(rest))) {
    throw new ProfileSyntaxError(number, "Profile definition must end with ']'");
  }
  const title = line.slice(1, end).trim();
  const [, prefix, written = ""] = /^(?:(profile)\s+)?(.*)$/s.exec(title) ?? [];
  const prefixed = prefix !== undefined;
  // The credentials file has plain names; the config file has `profile NAME`, except for the default profile.
  if (kind === "credentials" ? prefixed : !prefixed && unquoted(written) !== "default") return undefined;
  const name = unquoted(written);
  return name !== written || PROFILE_NAME.test(name) ? { name, prefixed } : undefined;
}

/** The AWS CLI writes names with spaces in quotes. */
function unquoted(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
}

function addSetting(settings: Map<string, string>, line: string, indent: number, number: number): string {
  const equals = line.indexOf("=");
  if (equals < 0) {
    throw new ProfileSyntaxError(
      number,
      indent > 0
        ? "Expected a property definition, found continuation"
        : "Expected an '=' sign defining a property",
    );
  }
  const name = line.slice(0, equals).trim().toLowerCase();
  if (name === "") throw new ProfileSyntaxError(number, "Property did not have a name");
  const value = line.slice(equals + 1);
  const comment = /\s[#;]/.exec(value);
  const text = (comment === null ? value : value.slice(0, comment.index)).trim();
  // In a credential_process the quotes belong to the command line.
  if (SETTING_NAME.test(name)) settings.set(name, name === "credential_process" ? text : unquoted(text));
  return name;
}

function continueSetting(settings: Map<string, string>, name: string, line: string, number: number): void {
  const value = settings.get(name);
  if (value === "" || value?.startsWith("\n")) {
    const equals = line.indexOf("=");
    if (equals < 0) {
      throw new ProfileSyntaxError(number, "Expected an '=' sign defining a sub-property");
    }
    if (line.slice(0, equals).trim() === "") {
      throw new ProfileSyntaxError(number, "Sub-property did not have a name");
    }
  }
  if (value !== undefined) settings.set(name, `${value}\n${line}`);
}

/** The profiles of both files; the credentials file's settings win. */
export function mergeProfiles(
  config: ReadonlyMap<string, Profile>,
  credentials: ReadonlyMap<string, Profile>,
): Profiles {
  const merged = new Map<string, Profile>(config);
  for (const [name, settings] of credentials) {
    merged.set(name, new Map([...(config.get(name) ?? []), ...settings]));
  }
  return merged;
}
