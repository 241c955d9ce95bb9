import {
  fillTemplate,
  type ImageName,
  OptionsError,
  parseTemplate,
  placeholdersIn,
  type Template,
  type TemplateValues,
} from "@imagecred/protocol";
import { DEFAULT_UNIVERSE, type Universe } from "./universe.ts";

/** Service account email addresses of all kinds (https://cloud.google.com/iam/docs/service-account-types). */
const EMAIL = /^[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;

/** Whether the text is the email address of a service account. */
export function isServiceAccount(text: string): boolean {
  return EMAIL.test(text);
}

/** Placeholders of service accounts, whose values come from an image's name. */
const PLACEHOLDERS = ["project", "location"];

/**
 * Parses a service account to impersonate, which may have placeholders: `puller@{project}.iam.gserviceaccount.com`.
 * @param from the setting, for messages
 * @throws {OptionsError}
 */
export function parseAccount(email: string, from: string): Template {
  const template = parseTemplate(email, PLACEHOLDERS, from);
  if (isServiceAccount(fillTemplate(template, { project: "project", location: "us" }, ""))) return template;
  throw new OptionsError(
    `${from} is ${JSON.stringify(email)}, expected the email address of a service account`,
  );
}

/** The part of the image's name that a template's account depends on: nothing, the host, or the path. */
export function decidedBy(account: Template): "nothing" | "host" | "path" {
  const placeholders = placeholdersIn(account);
  return placeholders.includes("project") ? "path" : placeholders.length > 0 ? "host" : "nothing";
}

/** The account for an image. @throws {OptionsError} if the image's name lacks the value of a placeholder */
export function accountFor(account: Template, image: ImageName, universe: Universe): string {
  return fillTemplate(account, valuesOf(image, universe), image.name);
}

/** The values of placeholders for an image. */
export function valuesOf(image: ImageName, universe: Universe): TemplateValues {
  return { project: projectOf(image, universe), location: locationOf(image) };
}

/**
 * The project in an image's name, in the form of service accounts' addresses. In a path, the colon of a domain-scoped
 * project (`example.com:project`) is a slash, and all projects outside Google's public universe have such a prefix
 * (https://cloud.google.com/artifact-registry/docs/docker/names). In an address, the order is reversed:
 * `puller@project.example.com.iam.gserviceaccount.com`.
 */
function projectOf({ host, repository }: ImageName, universe: Universe): string | undefined {
  const [first, ...rest] = repository.split("/");
  const repositories = isGcr(host) ? 0 : 1;
  const prefixed = first?.includes(".") === true || universe.domain !== DEFAULT_UNIVERSE.domain;
  const project = prefixed ? rest[0] : first;
  const after = prefixed ? rest.length - 1 : rest.length;
  // The project is followed by the repository, which gcr.io does not have, and the image.
  if (first === undefined || project === undefined || after < repositories + 1) return undefined;
  return prefixed ? `${project}.${first}` : project;
}

/** Locations of gcr.io's hosts (https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo). */
const GCR_LOCATIONS: Readonly<Record<string, string>> = {
  "gcr.io": "us",
  "us.gcr.io": "us",
  "eu.gcr.io": "europe",
  "asia.gcr.io": "asia",
};

function locationOf({ host }: ImageName): string | undefined {
  if (isGcr(host)) return Object.hasOwn(GCR_LOCATIONS, host) ? GCR_LOCATIONS[host] : undefined;
  return /^docker\.([^.]+)\.rep\.|^([^.]+)-docker\./
    .exec(host)
    ?.slice(1)
    .find((each) => each !== undefined);
}

function isGcr(host: string): boolean {
  return host === "gcr.io" || host.endsWith(".gcr.io");
}
