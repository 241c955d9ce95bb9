import type { IdentityFallback, IdentityPolicy } from "./identity/policy.ts";
import type { FlagSpec } from "./options/flags.ts";
import type { RegistryMirror } from "./options/registry-mirrors.ts";
import type { Invocation } from "./provider.ts";

/**
 * A plugin's facts for other programs, as data and pure functions: nothing here loads a cloud's SDK, reads a file or sends
 * anything. `imagecred` uses them to write, check and explain configurations.
 */
export interface PluginFacts<Arguments extends PluginArguments = PluginArguments> {
  /** Name of the executable: `ecr-credential-provider`. */
  readonly name: string;
  /** Names of the plugins for the same registries that this one replaces. */
  readonly otherNames: readonly string[];
  /** The cloud's name for it: "Amazon ECR". */
  readonly service: string;
  /** The permission that an identity needs to pull from a repository, as the end of a sentence: "the role ...". */
  readonly pullRight: string;
  /** Shortest validity of this service's credentials in seconds, unless their identity expires earlier. */
  readonly credentialSeconds: number;
  /** Default entries of `matchImages`: every kind of host that the cloud documents. */
  readonly matchImages: readonly string[];
  /** The service account annotations that the plugin reads. */
  readonly annotations: readonly AnnotationFact[];
  /** Default of `--identity-fallback`. */
  readonly defaultFallback: IdentityFallback;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** Parses a command line and an environment, and reads no file. @throws {OptionsError} */
  parseArguments(invocation: Pick<Invocation, "args" | "env">): Arguments;
  /** The hosts that the plugin accepts with these arguments (default: with any), except mirrors. */
  hostForms(args?: Arguments): HostForms;
  /** Describes the registry at a host (without port), or gives the reason why these arguments do not accept it. */
  parseHost(host: string, args?: Arguments): RegistryDescription | NotOurs;
  /** The service account token audiences that work with these arguments. */
  audiences(args: Arguments): Audiences;
  /** False if these arguments give an identity to pods whose service account has no annotation. */
  podsNeedAnnotation(args: Arguments): boolean;
}

/** The arguments that all plugins have. */
export interface PluginArguments {
  readonly identity: IdentityPolicy;
  readonly mirrors: readonly RegistryMirror[];
  /** Path of the `--identities` file; undefined without the flag, and in plugins that do not have the flag. */
  readonly identitiesFile?: string | undefined;
}

/** A service account annotation that a plugin reads. */
export interface AnnotationFact {
  readonly key: string;
  /** Who defined it: "GKE, fluxcd"; "imagecred" for our own. */
  readonly definedBy: string;
  /** The kind of its value, in one word. Of two annotations with the same meaning, the first in the list wins. */
  readonly meaning: string;
  /** True if the annotation alone gives the pod an identity; false if it only adds a detail to one. */
  readonly namesIdentity: boolean;
  /** Description of the value: "the IAM role to assume". */
  readonly about: string;
}

/** The registry hosts that a plugin accepts, as patterns of `matchImages`. */
export interface HostForms {
  /** Together they cover every accepted host, unless there is `beyond`. */
  readonly patterns: readonly string[];
  /** The setting that decides about accepted hosts that the patterns do not cover. */
  readonly beyond?: string;
}

/** The parts of a registry's host name. */
export interface RegistryDescription {
  /** "Amazon ECR" */
  readonly service: string;
  /** "account 123456789012, region eu-west-1"; empty when the name shows no more. */
  readonly details: string;
}

/** The host is not a registry of this plugin's service. */
export interface NotOurs {
  /** The reason, as the end of a sentence that begins with the host: "is not an Amazon ECR registry". */
  readonly notOurs: string;
  /** True for one of the service's host forms with an impossible value in it: a mistake in the name, not a mirror. */
  readonly typo?: boolean;
}

/** The audiences of pod tokens that a plugin's cloud accepts. */
export interface Audiences {
  /** The first is the default. */
  readonly known: readonly AudienceFact[];
  /** The setting that decides whether the cloud accepts other audiences too; undefined if it does not accept others. */
  readonly others?: string;
}

/** One audience that the cloud accepts. */
export interface AudienceFact {
  /** Value of `serviceAccountTokenAudience`. */
  readonly audience: string;
  /** The registries that need this audience, as patterns of `matchImages`; undefined for all of the plugin's. */
  readonly hosts?: readonly string[];
}
