import { OptionsError } from "../errors.ts";

/**
 * A setting with placeholders for what an image's name says about its registry:
 * `arn:{partition}:iam::{account}:role/pull`. One setting then serves the registries of many accounts or projects.
 */
export interface Template {
  readonly text: string;
  /** Where it is written, for messages: `--role-arn`. */
  readonly from: string;
}

/** The first mistake in a template. */
export interface TemplateFault {
  /** Index of the brace that the mistake begins at. */
  readonly at: number;
  /** The unknown placeholder's name; undefined for a brace without its other half. */
  readonly unknown?: string;
  /** What is wrong, as the end of a sentence that begins with the setting: "has {acount} at character 14, expected ...". */
  readonly reason: string;
}

/** What the placeholders of a template stand for; undefined where an image's name does not say it. */
export type TemplateValues = Readonly<Record<string, string | undefined>>;

/** @param known names without braces */
export function templateFault(text: string, known: readonly string[]): TemplateFault | undefined {
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const place = `at character ${at + 1}`;
    if (character === "}") return { at, reason: `has } ${place} without a { before it` };
    if (character !== "{") continue;
    const end = text.slice(at + 1).search(/[{}]/) + at + 1;
    if (text[end] !== "}" || end === at) return { at, reason: `has { ${place} without a } after it` };
    const name = text.slice(at + 1, end);
    if (!known.includes(name)) {
      return { at, unknown: name, reason: `has {${name}} ${place}, expected ${listed(known)}` };
    }
    at = end;
  }
  return undefined;
}

/**
 * @param known names of the placeholders that the setting may have, without braces
 * @param from where the setting is written
 * @throws {OptionsError} for a placeholder that is not known, and for a brace without its other half
 */
export function parseTemplate(text: string, known: readonly string[], from: string): Template {
  const fault = templateFault(text, known);
  if (fault !== undefined) throw new OptionsError(`${from} ${fault.reason}`);
  return { text, from };
}

/** The names of the placeholders in a template that has no fault, without braces, in order. */
export function placeholdersIn({ text }: Pick<Template, "text">): readonly string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
}

/**
 * The setting for one image.
 * @param image as it stands in the message: the image's name, or its registry
 * @throws {OptionsError} when the image's name does not say what a placeholder stands for
 */
export function fillTemplate(template: Template, values: TemplateValues, image: string): string {
  return template.text.replace(/\{([^{}]*)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    throw new OptionsError(
      `${template.from} has ${placeholder}, which the name ${image} does not say; give such images an entry of their own in the file of --identities, or a provider of their own`,
    );
  });
}

function listed(names: readonly string[]): string {
  const words = names.map((name) => `{${name}}`);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
