import { acr } from "@imagecred/acr";
import { DEFINITIONS } from "@imagecred/cli";
import { ecr } from "@imagecred/ecr";
import { gcr } from "@imagecred/gcr";
import type { Usage } from "@imagecred/protocol";
import type { Program } from "../assets.ts";
import { REPOSITORY } from "../page/download.ts";
import { escaped, item, literal, type Manual, manualPage, paragraphs } from "./roff.ts";

/** A manual page, and its place below /usr/share/man. */
export interface ManualFile {
  /** `man1/imagecred.1` */
  readonly path: string;
  readonly text: string;
}

interface Release {
  readonly version: string;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly date: number;
}

const PLUGINS: Readonly<Record<Exclude<Program, "imagecred">, Usage>> = {
  "ecr-credential-provider": ecr.usage,
  "acr-credential-provider": acr.usage,
  "gcr-credential-provider": gcr.usage,
};

/** The manual page of a program, made of what its `--help` is made of. */
export function manualOf(program: Program, release: Release): ManualFile {
  const manual = program === "imagecred" ? imagecred(release) : plugin(program, PLUGINS[program], release);
  const { name, section } = manual;
  return { path: `man${section}/${name}.${section}`, text: manualPage(manual) };
}

const MORE = ["SEE ALSO", [`https://github.com/${REPOSITORY}/tree/main/docs`]] as const;

function imagecred({ version, date }: Release): Manual {
  return {
    name: "imagecred",
    section: 1,
    summary: "write, check, simulate and install the kubelet's image credential providers",
    version,
    date,
    sections: [
      ["SYNOPSIS", [".B imagecred", escaped("COMMAND [OPTION...] [ARGUMENT...]")]],
      [
        "DESCRIPTION",
        paragraphs(
          "Plugins that the kubelet runs give it credentials for pulling images. imagecred writes their configuration, reports what a kubelet would reject in it, runs the kubelet's steps for one image, and installs configuration and plugins on a node.",
        ),
      ],
      ...DEFINITIONS.map(
        (definition) =>
          [
            `COMMAND ${definition.name.toUpperCase()}`,
            [
              ...paragraphs(definition.description),
              ...(definition.argument === undefined
                ? []
                : item(definition.argument.name, definition.argument.about)),
              ...definition.options.flatMap(({ name, value, about }) =>
                item(`--${name}${value === undefined ? "" : ` ${value}`}`, about),
              ),
              ...definition.examples.flatMap(({ command, about }) => [
                ".PP",
                escaped(`${about}:`),
                ...literal(`  ${command}`),
              ]),
            ],
          ] as const,
      ),
      [
        "EXIT STATUS",
        [
          ...item("0", "Nothing is wrong."),
          ...item("1", "Problems were found."),
          ...item("2", "The command line is wrong."),
        ],
      ],
      MORE,
    ],
  };
}

function plugin(
  name: string,
  { title, arguments: positionals, argumentsHelp, flags, environment }: Usage,
  { version, date }: Release,
): Manual {
  return {
    name,
    section: 8,
    summary: title.replace(/^K/, "k").replace(/\.$/, ""),
    version,
    date,
    sections: [
      [
        "SYNOPSIS",
        [`.B ${escaped(name)}`, escaped(`[FLAG...]${positionals === undefined ? "" : ` ${positionals}`}`)],
      ],
      [
        "DESCRIPTION",
        paragraphs(
          `The kubelet runs this program when a pod pulls an image that matches the program's provider in the CredentialProviderConfig. It reads a CredentialProviderRequest from its standard input and writes a CredentialProviderResponse to its standard output.${argumentsHelp === undefined ? "" : `\n\n${argumentsHelp}`}`,
        ),
      ],
      [
        "OPTIONS",
        Object.entries(flags).flatMap(([flag, spec]) =>
          "ignored" in spec
            ? []
            : item(`--${flag}${spec.kind === "switch" ? "" : `=${spec.placeholder ?? "VALUE"}`}`, spec.help),
        ),
      ],
      [
        "ENVIRONMENT",
        Object.entries(environment ?? {}).flatMap(([variable, about]) => item(variable, about)),
      ],
      ["SEE ALSO", [".BR imagecred (1),", ...MORE[1]]],
    ],
  };
}
