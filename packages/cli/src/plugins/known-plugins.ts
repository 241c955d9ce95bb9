import { acrFacts, acrMap } from "@imagecred/acr/facts";
import { ecrFacts, ecrMap } from "@imagecred/ecr/facts";
import { gcrFacts, gcrMap } from "@imagecred/gcr/facts";
import type { MapFacts } from "@imagecred/identity-map";
import {
  type AnnotationFact,
  type Audiences,
  type FlagSpec,
  type HostForms,
  type IdentityPolicy,
  type NotOurs,
  OptionsError,
  type PluginArguments,
  type PluginFacts,
  type RegistryDescription,
  type RegistryMirror,
} from "@imagecred/protocol";
import type { Cloud } from "../distributions/types.ts";

/** The arguments and environment in a configuration as the plugin reads them. */
export interface PluginReading {
  /** The parser's message if it rejects them: every run of the plugin then fails. */
  readonly problem: string | undefined;
  readonly identity: IdentityPolicy | undefined;
  readonly mirrors: readonly RegistryMirror[];
  readonly hostForms: HostForms;
  readonly audiences: Audiences | undefined;
  readonly podsNeedAnnotation: boolean;
  /** Path of the `--identities` file in the arguments. */
  readonly identitiesFile: string | undefined;
  /** @param host without a port */
  parseHost(host: string): RegistryDescription | NotOurs;
}

export interface PluginInvocation {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One of our plugins. Its facts and parsers are the plugin's own, so the two cannot disagree. */
export interface KnownPlugin {
  readonly cloud: Cloud;
  readonly name: string;
  readonly names: readonly string[];
  readonly service: string;
  readonly credentialSeconds: number;
  /** The permission that an identity needs to pull, as the end of a sentence. */
  readonly pullRight: string;
  readonly matchImages: readonly string[];
  readonly annotations: readonly AnnotationFact[];
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly defaultFallback: IdentityPolicy["fallback"];
  /** All hosts that it accepts with any arguments. */
  readonly hostForms: HostForms;
  /** @param host without a port */
  parseHost(host: string): RegistryDescription | NotOurs;
  /** The fields that it reads in an `--identities` file. */
  readonly map: MapFacts;
  read(invocation: PluginInvocation): PluginReading;
}

function known<Arguments extends PluginArguments>(
  cloud: Cloud,
  facts: PluginFacts<Arguments>,
  map: MapFacts,
): KnownPlugin {
  const { name, otherNames, service, credentialSeconds, pullRight, matchImages, annotations, flags } = facts;
  return {
    cloud,
    name,
    names: [name, ...otherNames],
    service,
    credentialSeconds,
    pullRight,
    matchImages,
    annotations,
    flags,
    defaultFallback: facts.defaultFallback,
    hostForms: facts.hostForms(),
    parseHost: (host) => facts.parseHost(host),
    map,
    read: (invocation) => reading(facts, invocation),
  };
}

function reading<Arguments extends PluginArguments>(
  facts: PluginFacts<Arguments>,
  invocation: PluginInvocation,
): PluginReading {
  let parsed: Arguments;
  try {
    parsed = facts.parseArguments(invocation);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    return {
      problem: error.message,
      identity: undefined,
      mirrors: [],
      hostForms: facts.hostForms(),
      audiences: undefined,
      podsNeedAnnotation: false,
      identitiesFile: undefined,
      parseHost: (host) => facts.parseHost(host),
    };
  }
  return {
    problem: undefined,
    identity: parsed.identity,
    mirrors: parsed.mirrors,
    hostForms: facts.hostForms(parsed),
    audiences: facts.audiences(parsed),
    podsNeedAnnotation: facts.podsNeedAnnotation(parsed),
    identitiesFile: parsed.identitiesFile,
    parseHost: (host) => facts.parseHost(host, parsed),
  };
}

/** Our plugins by cloud, in the order of the clouds' names. */
export const PLUGINS: Readonly<Record<Cloud, KnownPlugin>> = {
  aws: known("aws", ecrFacts, ecrMap),
  azure: known("azure", acrFacts, acrMap),
  gcp: known("gcp", gcrFacts, gcrMap),
};

/** {@link PLUGINS} as a list. */
export const KNOWN_PLUGINS: readonly KnownPlugin[] = Object.values(PLUGINS);

/** The plugin with an executable of this name; ignores `.exe` and a suffix such as `-pods`. */
export function pluginByName(name: string): KnownPlugin | undefined {
  const word = name.replace(/\.exe$/i, "");
  return KNOWN_PLUGINS.find(({ names }) => names.some((own) => word === own || word.startsWith(`${own}-`)));
}

/** The plugin for a registry's host. @param host without a port */
export function pluginOfHost(host: string): KnownPlugin | undefined {
  return KNOWN_PLUGINS.find((plugin) => isRegistry(plugin.parseHost(host)));
}

export function isRegistry(parsed: RegistryDescription | NotOurs): parsed is RegistryDescription {
  return !("notOurs" in parsed);
}

/** The host of a mapping or a pattern, without port and path: `r.io` of `r.io:5000/team`. */
export function hostOnly(text: string): string {
  return text.replace(/[:/].*$/s, "");
}
