/** readCredentialProviderConfig of pkg/credentialprovider/plugin/config.go: a file or, since 1.34, a directory. */
import type { Crypto } from "@imagecred/protocol";
import { compareBytes, quote } from "@imagecred/protocol/go";
import { type FileSystem, reasonOf, reasonOfAbsence } from "../file-system.ts";
import { joinPath } from "../go/path.ts";
import { type DecodedFile, decodeConfig } from "./decode-config.ts";
import { aggregateText } from "./field-error.ts";
import { configHash } from "./hash.ts";
import { type KubeletRules, kubeletRules } from "./kubernetes-version.ts";
import { type MergedFiles, mergeFiles, type ReadFile, startOf } from "./merge-files.ts";
import type { ConfigProblem, ProblemCode, SourceLocation } from "./problem.ts";
import type { CredentialProviderConfig } from "./types.ts";
import { validateConfig } from "./validate.ts";

/** Dependencies of reading, and the kubelet version to read for. */
export interface ReadOptions {
  readonly fileSystem: FileSystem;
  readonly crypto: Pick<Crypto, "sha256">;
  /** Default {@link LATEST_KUBERNETES}. */
  readonly kubernetesVersion?: string;
  /** The feature gate KubeletServiceAccountTokenForCredentialProviders; default that of the version. */
  readonly saTokens?: boolean;
}

/** A configuration with its problems and the kubelet's result. */
export interface ConfigReading {
  /** Whether the kubelet would start with it, apart from the executables. */
  readonly accepted: boolean;
  /**
   * The configuration, merged from its files; undefined if no file could be read. Also defined with problems, with the values
   * that could be read, so that a tool can check them.
   */
  readonly config: CredentialProviderConfig | undefined;
  /** The hash of all files; undefined unless all could be read. Kubelets before 1.34 do not show it. */
  readonly hash: string | undefined;
  /** The files' paths in the order in which they are read. */
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
  /** The error with which the kubelet exits: the first error of reading, or all errors of validation. */
  readonly kubeletError: string | undefined;
  /** The part of {@link kubeletError} from reading, and whether its text is the kubelet's. */
  readonly readError: { readonly message: string; readonly kubeletText: boolean } | undefined;
  /** Errors of validation, if reading succeeded. */
  readonly validationErrors: readonly string[];
  /** Index of the provider at which a kubelet before 1.33 exits because that name is already registered. */
  readonly registeredTwice: number | undefined;
  /** The position of a value by its path in {@link config}; of the nearest enclosing value if it is not in the file. */
  readonly locate: (path: string) => SourceLocation | undefined;
}

const MAX_FILE_BYTES = 1 << 30;

/** Reads and validates the value of `--image-credential-provider-config`. Never throws because of file contents. */
export function readConfig(path: string, options: ReadOptions): ConfigReading {
  return new ConfigReader(options).read(path);
}

class ConfigReader {
  readonly #fileSystem: FileSystem;
  readonly #options: ReadOptions;
  readonly #rules: KubeletRules;
  readonly #problems: ConfigProblem[] = [];
  #readError: ConfigReading["readError"];

  constructor(options: ReadOptions) {
    this.#fileSystem = options.fileSystem;
    this.#options = options;
    this.#rules = kubeletRules(options.kubernetesVersion);
  }

  read(path: string): ConfigReading {
    const paths = this.#paths(path);
    const contents: Uint8Array[] = [];
    const files: ReadFile[] = [];
    for (const file of paths) {
      const data = this.#content(file);
      if (data === undefined) continue;
      contents.push(data);
      const decoded = decodeConfig(data, this.#rules);
      this.#report(file, decoded);
      files.push({ path: file, decoded });
    }
    const merged = mergeFiles(files);
    this.#checkNames(merged);
    const config = files.some((file) => file.decoded.providers !== undefined) ? merged.config : undefined;
    const hash =
      paths.length > 0 && contents.length === paths.length
        ? configHash(contents, this.#options.crypto)
        : undefined;
    return this.#finish(config, hash, paths, merged.locate);
  }

  #paths(path: string): string[] {
    if (path === "") return this.#refuse("unreadable", "credential provider config path is empty", undefined);
    try {
      const entry = this.#fileSystem.status(path);
      if (entry === undefined) return this.#inaccessible(path, reasonOfAbsence(this.#fileSystem, path));
      if (!this.#rules.configDirectory || entry.kind !== "directory") return [path];
    } catch (error) {
      return this.#inaccessible(path, reasonOf(error));
    }
    return this.#listed(path);
  }

  #inaccessible(path: string, reason: string): string[] {
    const at = startOf(path);
    if (this.#rules.configDirectory) {
      return this.#refuse("unreadable", `unable to access path ${quote(path)}: stat ${path}: ${reason}`, at);
    }
    return this.#refuse("unreadable", unreadableBefore134(path, `open ${path}: ${reason}`), at);
  }

  #listed(path: string): string[] {
    try {
      const files = this.#fileSystem
        .list(path)
        .filter((name) => /\.(json|yaml|yml)$/.test(name))
        .map((name) => joinPath(path, name))
        // Links are not followed: one to a directory counts as a file, and reading it fails.
        .filter((file) => this.#fileSystem.status(file, "do-not-follow")?.kind !== "directory")
        .sort(compareBytes);
      if (files.length > 0) return files;
      return this.#refuse(
        "no-files",
        `no configuration files found in directory ${quote(path)}`,
        startOf(path),
      );
    } catch (error) {
      const message = `unable to read directory ${quote(path)}: open ${path}: ${reasonOf(error)}`;
      return this.#refuse("unreadable", message, startOf(path));
    }
  }

  #content(path: string): Uint8Array | undefined {
    try {
      return this.#fileSystem.read(path, MAX_FILE_BYTES);
    } catch (error) {
      const reason = reasonOf(error);
      const operation = `${reason === "is a directory" ? "read" : "open"} ${path}: ${reason}`;
      const message = this.#rules.configDirectory
        ? `unable to read file ${quote(path)}: ${operation}`
        : unreadableBefore134(path, operation);
      this.#refuse("unreadable", message, startOf(path));
      return undefined;
    }
  }

  #report(file: string, decoded: DecodedFile): void {
    if (decoded.error === undefined) return;
    const shown = this.#rules.configDirectory ? quote(file) : file;
    const kubeletText = decoded.problems.every((problem) => problem.kubeletText);
    this.#readError ??= { message: `error decoding config ${shown}: ${decoded.error}`, kubeletText };
    for (const { code, message, path, position, kubeletText } of decoded.problems) {
      this.#problems.push({
        severity: "error",
        code,
        message,
        path,
        kubeletText,
        location: { file, ...position },
      });
    }
  }

  /** From 1.34 on, a duplicate name is an error of reading, in one file or in several. */
  #checkNames(merged: MergedFiles): void {
    if (!this.#rules.configDirectory) return;
    for (const { name, path } of repeatedNames(merged.config)) {
      const message = `duplicate provider name ${quote(name)} found in configuration file(s)`;
      this.#refuse("duplicate-provider", message, merged.locate(path), path);
    }
  }

  /** Before 1.33, duplicate names are found only when they are registered, which ends the process (klog.Fatalf). */
  #registrationFault(config: CredentialProviderConfig | undefined, locate: ConfigReading["locate"]) {
    if (config === undefined || this.#rules.tokenAttributes) return undefined;
    const [first] = repeatedNames(config).map(({ name, path, index }) => {
      const message = `Credential provider ${quote(name)} was registered twice`;
      this.#problems.push({
        severity: "error",
        code: "duplicate-provider",
        message,
        path,
        kubeletText: true,
        location: locate(path),
      });
      return { message, index };
    });
    return first;
  }

  #refuse(code: ProblemCode, message: string, location: SourceLocation | undefined, path = ""): string[] {
    this.#readError ??= { message, kubeletText: true };
    this.#problems.push({ severity: "error", code, message, location, path, kubeletText: true });
    return [];
  }

  #finish(
    config: CredentialProviderConfig | undefined,
    hash: string | undefined,
    files: readonly string[],
    locate: ConfigReading["locate"],
  ): ConfigReading {
    const readError = this.#readError;
    const errors = config === undefined ? [] : validateConfig(config, this.#rules, this.#options.saTokens);
    for (const { code, message, path } of errors) {
      // Already reported, with a better text, when the files were merged.
      if (readError !== undefined && code === "duplicate") continue;
      this.#problems.push({
        severity: "error",
        code,
        message,
        path,
        kubeletText: true,
        location: locate(path),
      });
    }
    const validationErrors = readError === undefined ? errors.map((error) => error.message) : [];
    const validation =
      validationErrors.length === 0
        ? undefined
        : `failed to validate credential provider config: ${aggregateText(errors)}`;
    const twice = this.#registrationFault(config, locate);
    const kubeletError = readError?.message ?? validation ?? twice?.message;
    return {
      accepted: kubeletError === undefined,
      config,
      hash,
      files,
      problems: this.#problems,
      kubeletError,
      readError,
      validationErrors,
      registeredTwice: readError === undefined && validation === undefined ? twice?.index : undefined,
      locate,
    };
  }
}

/** Providers whose name an earlier one has. */
function repeatedNames({ providers }: CredentialProviderConfig) {
  const seen = new Set<string>();
  return providers.flatMap(({ name }, index) => {
    if (seen.has(name)) return [{ name, index, path: `providers[${index}].name` }];
    seen.add(name);
    return [];
  });
}

function unreadableBefore134(path: string, operation: string): string {
  return `unable to read external registry credential provider configuration from ${quote(path)}: ${operation}`;
}
