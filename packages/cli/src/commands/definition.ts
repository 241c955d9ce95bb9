/** How a shell completes a value. */
export type Completes = "file" | "directory" | readonly string[];

export interface OptionDefinition {
  /** Without dashes: `kubernetes-version`. `no-NAME` switches NAME off. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value; undefined for a switch. */
  readonly value?: string;
  readonly about: string;
  readonly completes?: Completes;
  /** The only values that are accepted. */
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly required?: boolean;
  /** May be given several times. */
  readonly repeated?: boolean;
}

export interface ArgumentDefinition {
  readonly name: string;
  readonly about: string;
  readonly required: boolean;
  /** Accepts several words. */
  readonly repeated?: boolean;
  readonly completes?: Completes;
  readonly choices?: readonly string[];
}

export interface Example {
  readonly command: string;
  /** The example's purpose, in a few words. */
  readonly about: string;
}

/** One command of `imagecred`; read by the parser, `--help`, the completions and the tests of the reference. */
export interface CommandDefinition {
  readonly name: string;
  /** One line, in the list of commands. */
  readonly summary: string;
  /** A paragraph or two for the command's own `--help`. */
  readonly description: string;
  readonly argument?: ArgumentDefinition;
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly Example[];
}
