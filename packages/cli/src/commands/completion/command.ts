import type { Command, CommonOptions } from "../command.ts";
import { COMMANDS } from "../index.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export interface CompletionOptions extends CommonOptions {
  readonly shell: keyof typeof SCRIPTS;
}

export interface CompletionDocument {
  readonly kind: "Completion";
  readonly shell: string;
  readonly script: string;
}

export const completion: Command<CompletionOptions, CompletionDocument> = {
  run: ({ shell }) => ({ kind: "Completion", shell, script: SCRIPTS[shell](COMMANDS) }),
  render: (document) => document.script,
  exitCode: () => 0,
};
