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

export function isServiceAccount(text: string): boolean {
  return EMAIL.test(text);
}

/** What placeholders there are. */
const PLACEHOLDERS = ["project", "location"];

/**
 * A service account to become, which may have placeholders: `puller@{project}.iam.gserviceaccount.com`.
 * @param from where it is written
 * @throws {OptionsError}
 */
export function parseAccount(email: string, from: string): Template {
  const template = parseTemplate(email, PLACEHOLDERS, from);
  if (isServiceAccount(fillTemplate(template, { project: "project", location: "us" }, ""))) return template;
  throw new OptionsError(
    `${from} is ${JSON.stringify(email)}, expected the email address of a service account`,
  );
}

/** What decides which account a template means: nothing of the image, its registry's host, or its path. */
export function decidedBy(account: Template): "nothing" | "host" | "path" {
  const placeholders = placeholdersIn(account);
  return placeholders.includes("project") ? "path" : placeholders.length > 0 ? "host" : "nothing";
}

/** The account for an image. @throws {OptionsError} where the image's name does not say what the account needs */
export function accountFor(account: Template, image: ImageName, universe: Universe): string {
  return fillTemplate(account, valuesOf(image, universe), image.name);
}

/** What the name of an image says. */
export function valuesOf(image: ImageName, universe: Universe): TemplateValues {
  return { project: projectOf(image, universe), location: locationOf(image) };
}

/**
 * The project in an image's name, as service accounts' addresses have it. In a path, the colon of a domain-scoped project
 * (`example.com:project`) is a slash, and all projects of other universes than Google's public one have such a prefix
 * (https://cloud.google.com/artifact-registry/docs/docker/names); an address has it the other way round:
 * `puller@project.example.com.iam.gserviceaccount.com`.
 */
function projectOf({ host, repository }: ImageName, universe: Universe): string | undefined {
  const [first, ...rest] = repository.split("/");
  const repositories = isGcr(host) ? 0 : 1;
  const prefixed = first?.includes(".") === true || universe.domain !== DEFAULT_UNIVERSE.domain;
  const project = prefixed ? rest[0] : first;
  const after = prefixed ? rest.length - 1 : rest.length;
  // Behind the project stand the repository, which gcr.io does not have, and the image.
  if (first === undefined || project === undefined || after < repositories + 1) return undefined;
  return prefixed ? `${project}.${first}` : project;
}

/** Where gcr.io's hosts store images (https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo). */
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
