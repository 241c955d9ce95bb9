import type { NotOurs, RegistryDescription } from "@imagecred/protocol";
import { type AzureCloud, KNOWN_CLOUDS, PUBLIC_CLOUD } from "./clouds.ts";

/** A registry of Azure Container Registry, parsed from its host. */
export interface AcrRegistry {
  /** Login server in lower case: the only host that a token for this registry is sent to. */
  readonly host: string;
  /** Registry name, with the hash of a domain name label if there is one. */
  readonly name: string;
  /** Region of a geo-replica's own endpoint; undefined for the global one. */
  readonly region: string | undefined;
}

/** Alphanumeric, 5 to 50 characters, then `-` and a hash if the registry has a domain name label. */
const NAME = /^[a-z0-9]{5,50}(?:-[a-z0-9]+)?$/;
const REGION = /^[a-z0-9]+$/;
/** RFC 1035 section 2.3.4 */
const LONGEST_LABEL = 63;

/**
 * Parses a registry host of `cloud`: `<name>[-<hash>].<suffix>`, or `<name>.<region>.geo.<suffix>` for one replica of a
 * geo-replicated registry. Whole labels are compared, from the end, so that similar hosts are not accepted.
 * Names and endpoints: https://learn.microsoft.com/azure/container-registry/container-registry-endpoint-reference.
 */
export function parseRegistryHost(host: string, cloud: AzureCloud): AcrRegistry | NotOurs {
  const labels = host.toLowerCase().split(".");
  const suffix = suffixesOf(cloud).find((each) => withoutSuffix(labels, each) !== undefined);
  const before = suffix === undefined ? undefined : withoutSuffix(labels, suffix);
  if (before === undefined)
    return { notOurs: otherCloud(labels, cloud) ?? `does not end in .${suffixesOf(cloud).join(" or .")}` };
  const [name, region, kind] = before;
  const typo = (notOurs: string): NotOurs => ({ notOurs, typo: true });
  if (name === undefined) return typo("is the suffix of registries, not a registry");
  if (before.length === 3 && kind === "data")
    return typo("is a data endpoint, which accepts no credentials; images are named after the login server");
  if (before.length !== 1 && !(before.length === 3 && kind === "geo"))
    return typo(`has more labels than NAME.${suffix} or NAME.REGION.geo.${suffix}`);
  if (!NAME.test(name) || name.length > LONGEST_LABEL)
    return typo(`has ${JSON.stringify(name)} where a registry's name of 5 to 50 letters and digits belongs`);
  if (region !== undefined && !REGION.test(region))
    return typo(`has ${JSON.stringify(region)} where a region belongs`);
  return { host: labels.join("."), name, region };
}

/** The labels before a suffix; undefined if the labels do not end with it. */
function withoutSuffix(labels: readonly string[], suffix: string): readonly string[] | undefined {
  const suffixLabels = suffix.split(".");
  const start = labels.length - suffixLabels.length;
  if (start < 0 || suffixLabels.some((label, index) => labels[start + index] !== label)) return undefined;
  return labels.slice(0, start);
}

function otherCloud(labels: readonly string[], configured: AzureCloud): string | undefined {
  const owner = KNOWN_CLOUDS.find((cloud) => withoutSuffix(labels, cloud.registrySuffix) !== undefined);
  return owner && `belongs to ${owner.name}, but the configured cloud is ${configured.name}`;
}

/** All forms of host that {@link parseRegistryHost} accepts for a cloud, as patterns of matchImages. */
export function hostForms(cloud: AzureCloud): readonly string[] {
  return suffixesOf(cloud).flatMap((suffix) => [`*.${suffix}`, `*.*.geo.${suffix}`]);
}

function suffixesOf({ registrySuffix, sharedSuffix }: AzureCloud): readonly string[] {
  return sharedSuffix === undefined ? [registrySuffix] : [registrySuffix, sharedSuffix];
}

/** Description of a registry for people. */
export function describeRegistry({ name, region }: AcrRegistry, cloud: AzureCloud): RegistryDescription {
  const words = [`registry ${name}`, ...(region === undefined ? [] : [`region ${region}`])];
  const suffix = cloud === PUBLIC_CLOUD ? "" : ` (${cloud.registrySuffix})`;
  return { service: "Azure Container Registry", details: words.join(", ") + suffix };
}
