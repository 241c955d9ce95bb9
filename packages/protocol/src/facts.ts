import type { IdentityFallback, IdentityPolicy } from "./identity/policy.ts";
import type { FlagSpec } from "./options/flags.ts";
import type { RegistryMirror } from "./options/registry-mirrors.ts";
import type { Invocation } from "./provider.ts";

/**
 * What a plugin knows that other programs may read, as data and pure functions: nothing here loads a cloud's SDK, reads a
 * file or sends anything. `imagecred` writes, checks and explains configurations with it.
 */
export interface PluginFacts<Arguments extends PluginArguments = PluginArguments> {
  /** Name of our executable. */
  readonly name: string;
  /** Names of other plugins for the same registries, which ours replaces. */
  readonly otherNames: readonly string[];
  /** As the cloud calls it: "Amazon ECR". */
  readonly service: string;
  /** What an identity has to have to pull from a repository, as the end of a sentence: "the role ...". */
  readonly pullRight: string;
  /** Seconds that a credential of this service is valid for at least, unless its identity expires earlier. */
  readonly credentialSeconds: number;
  /** The entries of `matchImages` to start with: every kind of host that the cloud documents. */
  readonly matchImages: readonly string[];
  /** The service account annotations that the plugin reads. */
  readonly annotations: readonly AnnotationFact[];
  /** `--identity-fallback` when the command line does not say. */
  readonly defaultFallback: IdentityFallback;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** Parses a command line and an environment, and reads no file. @throws {OptionsError} */
  parseArguments(invocation: Pick<Invocation, "args" | "env">): Arguments;
  /** The hosts that the plugin accepts with these arguments (without them: with any), mirrors apart. */
  hostForms(args?: Arguments): HostForms;
  /** Describes the registry at a host (without port), or says why it is not one that these arguments accept. */
  parseHost(host: string, args?: Arguments): RegistryDescription | NotOurs;
  /** The audiences of service account tokens with which these arguments work. */
  audiences(args: Arguments): Audiences;
  /** False where these arguments give an identity to pods whose service account has no annotation. */
  podsNeedAnnotation(args: Arguments): boolean;
}

/** The arguments that all plugins have. */
export interface PluginArguments {
  readonly identity: IdentityPolicy;
  readonly mirrors: readonly RegistryMirror[];
  /** Path of the file of `--identities`; undefined without the flag, and in plugins that have no such flag. */
  readonly identitiesFile?: string | undefined;
}

/** A service account annotation that a plugin reads. */
export interface AnnotationFact {
  readonly key: string;
  /** Who defined it: "GKE, fluxcd"; "imagecred" for our own. */
  readonly by: string;
  /** One word for what its value is. Of two annotations with the same word, the first in the list wins. */
  readonly says: string;
  /** True when the annotation by itself gives the pod an identity; false when it only adds to one. */
  readonly namesIdentity: boolean;
  /** What its value is: "the IAM role to assume". */
  readonly about: string;
}

/** The registry hosts that a plugin accepts, as patterns of `matchImages`. */
export interface HostForms {
  /** Together they cover every host that is accepted. */
  readonly patterns: readonly string[];
  /** Where more hosts are accepted than the patterns cover: what decides about them. */
  readonly beyond?: string;
}

/** What the name of a registry's host says. */
export interface RegistryDescription {
  /** "Amazon ECR" */
  readonly service: string;
  /** "account 123456789012, region eu-west-1"; empty when the name says no more. */
  readonly details: string;
}

/** "This host is not one of our registries", as a value. */
export interface NotOurs {
  /** Why, as the end of a sentence that begins with the host: "is not an Amazon ECR registry". */
  readonly notOurs: string;
  /** True for the form of one of our hosts with an impossible value in it: a mistake in the name, and not a mirror. */
  readonly typo?: boolean;
}

/** The audiences of pod tokens that a plugin's cloud accepts. */
export interface Audiences {
  /** The first is the one to write without a reason for another. */
  readonly known: readonly AudienceFact[];
  /** What decides whether the cloud accepts other audiences too; undefined where it accepts none. */
  readonly others?: string;
}

/** One audience that the cloud accepts, and the registries that it is for. */
export interface AudienceFact {
  /** Value of `serviceAccountTokenAudience`. */
  readonly audience: string;
  /** The registries that this audience is for, as patterns of `matchImages`; all of the plugin's without it. */
  readonly hosts?: readonly string[];
}
