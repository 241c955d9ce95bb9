import { OptionsError } from "../errors.ts";

/**
 * A setting with placeholders for the parts of a registry's name:
 * `arn:{partition}:iam::{account}:role/pull`. One setting then serves the registries of many accounts or projects.
 */
export interface Template {
  readonly text: string;
  /** The setting's name, for messages: `--role-arn`. */
  readonly from: string;
}

/** The first mistake in a template. */
export interface TemplateFault {
  /** Index of the brace where the mistake begins. */
  readonly at: number;
  /** The unknown placeholder's name; undefined for an unbalanced brace. */
  readonly unknown?: string;
  /** The mistake, as the end of a sentence that begins with the setting: "has {acount} at character 14, expected ...". */
  readonly reason: string;
}

/** Values of a template's placeholders; undefined for those that the image's name does not contain. */
export type TemplateValues = Readonly<Record<string, string | undefined>>;

/** The first mistake in a template, if any. @param known placeholder names without braces */
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
 * @param known names of the placeholders that the setting may contain, without braces
 * @param from the setting's name, for messages
 * @throws {OptionsError} for an unknown placeholder and for an unbalanced brace
 */
export function parseTemplate(text: string, known: readonly string[], from: string): Template {
  const fault = templateFault(text, known);
  if (fault !== undefined) throw new OptionsError(`${from} ${fault.reason}`);
  return { text, from };
}

/** The names of the placeholders in a template without faults, without braces, in order. */
export function placeholdersIn({ text }: Pick<Template, "text">): readonly string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
}

/**
 * The setting's value for one image.
 * @param image the name in the message: of the image, or of its registry
 * @throws {OptionsError} if a placeholder has no value for this image
 */
export function fillTemplate(template: Template, values: TemplateValues, image: string): string {
  return template.text.replace(/\{([^{}]*)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value !== undefined) return value;
    throw new OptionsError(
      `${template.from} has ${placeholder}, which the name ${image} does not contain; give such images their own entry in the --identities file, or their own provider`,
    );
  });
}

function listed(names: readonly string[]): string {
  const words = names.map((name) => `{${name}}`);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
