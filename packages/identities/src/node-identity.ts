import { type FlagSpec, OptionsError, type ParsedFlags } from "@imagecred/protocol";

/**
 * `--node-identity` and its related flags, which are the same in every plugin: which identity the node has, and the
 * settings that the registry's cloud needs to accept it.
 */

/** The values of `--node-identity` for clouds. */
export type Cloud = "aws" | "azure" | "google";

/** `auto` is the default: an identity of the registry's own cloud. */
const WORDS = ["auto", "aws", "azure", "google", "certificate"] as const;
type Word = (typeof WORDS)[number];

/** The node's identity: of another cloud, a certificate, or (`own`) of the plugin's own cloud. */
export type NodeIdentity =
  | { readonly kind: "own" }
  /** The default chain of AWS's SDKs: variables, a profile, a container's role, the EC2 instance's role. */
  | { readonly kind: "aws"; readonly audience: string | undefined }
  | {
      readonly kind: "azure";
      readonly audience: string | undefined;
      /** Client id, object id or ARM id of a user-assigned identity; undefined: the machine's own. */
      readonly managedIdentity: string | undefined;
    }
  | {
      readonly kind: "google";
      readonly audience: string | undefined;
      /** One of the instance's service accounts: an email address, or `default`. */
      readonly serviceAccount: string;
    }
  | { readonly kind: "certificate"; readonly files: CertificateFiles };

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  /** PEM: the certificate; may also contain its issuers' certificates and its key. */
  readonly certificate: string;
  /** PEM; undefined: the key is in the certificate's file. */
  readonly privateKey: string | undefined;
  /** PEM: intermediate certificates between the certificate and the trust anchor. */
  readonly intermediates: string | undefined;
}

interface FlagOfNode {
  /** The plugins that have the flag. */
  readonly plugins: readonly Cloud[];
  /** The values of `--node-identity` that it can be used with. */
  readonly words: readonly Word[];
  readonly spec: FlagSpec;
}

function flag(
  plugins: readonly Cloud[],
  words: readonly Word[],
  placeholder: string,
  help: string,
  defaultValue?: string,
): FlagOfNode {
  const withDefault = defaultValue === undefined ? {} : { default: defaultValue };
  return { plugins, words, spec: { kind: "value", placeholder, help, ...withDefault } };
}

const ALL: readonly Cloud[] = ["aws", "azure", "google"];
const CERTIFICATE: readonly Word[] = ["certificate"];

/** The table of these flags, built only if a command line or an identity map has one of them. */
const table = () =>
  ({
    "node-audience": flag(ALL, ALL, "AUDIENCE", "audience of the token that proves the node's identity"),
    "node-managed-identity": flag(
      ALL,
      ["azure"],
      "ID",
      "--node-identity azure: which user-assigned identity of this machine (client ID, object ID or ARM ID)",
    ),
    "node-service-account": flag(
      ["aws", "azure"],
      ["google"],
      "EMAIL",
      "--node-identity google: which of the instance's service accounts",
      "default",
    ),
    "node-certificate": flag(
      ALL,
      CERTIFICATE,
      "FILE",
      "--node-identity certificate: PEM file with the certificate, and with its key unless --node-private-key is set",
    ),
    "node-private-key": flag(ALL, CERTIFICATE, "FILE", "PEM file with the private key of --node-certificate"),
    "node-intermediates": flag(
      ALL,
      CERTIFICATE,
      "FILE",
      "PEM file with the intermediate certificates up to the trust anchor",
    ),
    "node-role-arn": flag(
      ["aws"],
      ["azure", "google", "certificate"],
      "ARN",
      "role that the node's identity assumes first; placeholders as in --role-arn",
    ),
    "node-trust-anchor-arn": flag(
      ["aws"],
      CERTIFICATE,
      "ARN",
      "IAM Roles Anywhere: the certificate's trust anchor",
    ),
    "node-profile-arn": flag(
      ["aws"],
      CERTIFICATE,
      "ARN",
      "IAM Roles Anywhere: the profile that has the role",
    ),
    "node-client-id": flag(
      ["azure"],
      ["aws", "azure", "google", "certificate"],
      "ID",
      "application of Entra ID that trusts the node's identity (federated credential, or the registered certificate)",
    ),
    "node-workload-identity-provider": flag(
      ["google"],
      ["aws", "azure", "certificate"],
      "NAME",
      "provider of a workload identity pool that accepts the node's identity",
    ),
  }) satisfies Readonly<Record<string, FlagOfNode>>;

/** Names of the related flags. */
export type NodeFlag = keyof ReturnType<typeof table>;

const entries = () => Object.entries(table()) as readonly (readonly [NodeFlag, FlagOfNode])[];

/** These flags for a plugin's table. @param plugin the cloud of its registries */
export function nodeIdentityFlags(plugin: Cloud): Readonly<Record<string, FlagSpec>> {
  const own = entries().filter(([, { plugins }]) => plugins.includes(plugin));
  return {
    "node-identity": {
      kind: "value",
      placeholder: WORDS.join("|"),
      help: `the node's identity: of a cloud, or a certificate; auto: of ${NAMES[plugin]}`,
      default: "auto",
    },
    ...Object.fromEntries(own.map(([name, { spec }]) => [name, spec])),
  };
}

const NAMES: Readonly<Record<Cloud, string>> = { aws: "AWS", azure: "Azure", google: "Google Cloud" };

/** The settings of the node's identity, from the command line or an entry of an identity map. */
export interface NodeSettings {
  /** False if none of them is set. */
  readonly any: boolean;
  value(name: NodeFlag | "node-identity"): string | undefined;
  /** A setting's name for messages: `--node-audience`, `aws.node.audience`. */
  nameOf(name: NodeFlag | "node-identity"): string;
}

/** The settings of a command line. */
export function flagsOfNode(flags: ParsedFlags): NodeSettings {
  return {
    any: flags.given.some((name) => name.startsWith("node-")),
    value: (name) => flags.value(name),
    nameOf: (name) => `--${name}`,
  };
}

/**
 * Parses `--node-identity` and its related settings.
 * @throws {OptionsError} for an unknown value, a setting that cannot be used with it, or a missing setting
 */
export function parseNodeIdentity(settings: NodeSettings, plugin: Cloud): NodeIdentity {
  if (!settings.any) return { kind: "own" };
  const written = settings.value("node-identity") ?? "auto";
  const word = WORDS.find((each) => each === written);
  if (word === undefined) {
    throw new OptionsError(
      `${settings.nameOf("node-identity")} is ${JSON.stringify(written)}, expected ${WORDS.slice(0, -1).join(", ")} or ${WORDS.at(-1)}`,
    );
  }
  for (const [name, { plugins, words }] of entries()) {
    if (!plugins.includes(plugin) || settings.value(name) === undefined || words.includes(word)) continue;
    throw new OptionsError(
      `${settings.nameOf(name)} requires ${settings.nameOf("node-identity")} ${words.join(" or ")}, not ${word}`,
    );
  }
  const audience = settings.value("node-audience");
  switch (word) {
    case "auto":
      return { kind: "own" };
    case "aws":
      return plugin === "aws" ? { kind: "own" } : { kind: "aws", audience };
    case "azure":
      // With an application that trusts the machine's identity, it is not the plugin's usual one.
      return plugin === "azure" && settings.value("node-client-id") === undefined
        ? ownWithout(settings, ["node-audience", "node-managed-identity"])
        : { kind: "azure", audience, managedIdentity: settings.value("node-managed-identity") };
    case "google": {
      if (plugin === "google") return ownWithout(settings, ["node-audience"]);
      const serviceAccount = checkedAccount(settings);
      return { kind: "google", audience, serviceAccount };
    }
    case "certificate":
      return {
        kind: "certificate",
        files: {
          certificate: file(settings, "node-certificate", required(settings, "node-certificate", word)),
          privateKey: file(settings, "node-private-key", settings.value("node-private-key")),
          intermediates: file(settings, "node-intermediates", settings.value("node-intermediates")),
        },
      };
  }
}

/** The identity of the plugin's own cloud, which does not use the flags for other clouds. @throws {OptionsError} */
function ownWithout(settings: NodeSettings, names: readonly NodeFlag[]): NodeIdentity {
  const given = names.find((name) => settings.value(name) !== undefined);
  if (given === undefined) return { kind: "own" };
  throw new OptionsError(
    `${settings.nameOf(given)} has no effect here: the node's identity is of the registry's own cloud`,
  );
}

/** The value of a setting that a value of `--node-identity` requires. @throws {OptionsError} */
export function required(settings: NodeSettings, name: NodeFlag, word: Word): string {
  const value = settings.value(name) || undefined;
  if (value !== undefined) return value;
  throw new OptionsError(`${settings.nameOf("node-identity")} ${word} needs ${settings.nameOf(name)}`);
}

/** Refuses PKCS#11 URIs (RFC 7512): a static executable cannot load their modules. */
function file<Path extends string | undefined>(settings: NodeSettings, name: NodeFlag, path: Path): Path {
  if (path?.startsWith("pkcs11:") !== true) return path;
  throw new OptionsError(
    `${settings.nameOf(name)} is a PKCS#11 URI, which is not supported: keys must be in files; for a key in hardware, run AWS's own helper (credential_process of a profile)`,
  );
}

/** Checked because it becomes a segment of the metadata server's path. */
function checkedAccount(settings: NodeSettings): string {
  const value = settings.value("node-service-account") ?? "default";
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._:@-]*[A-Za-z0-9])?$/.test(value)) return value;
  throw new OptionsError(
    `${settings.nameOf("node-service-account")} is ${JSON.stringify(value)}, expected an email address or "default"`,
  );
}
