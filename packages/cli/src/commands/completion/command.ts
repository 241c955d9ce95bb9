import type { Command } from "../command.ts";
import type { CommandDefinition } from "../definition.ts";
import { bashScript } from "./bash.ts";
import type { CompletionOptions } from "./definition.ts";
import type { CompletionDocument } from "./document.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** The completion script of a shell. @param definitions of all commands */
export function completionScript(
  shell: keyof typeof SCRIPTS,
  definitions: readonly CommandDefinition[],
): string {
  return SCRIPTS[shell](definitions);
}

/** @param definitions of all commands, this one among them */
export function completionOf(
  definitions: readonly CommandDefinition[],
): Command<CompletionOptions, CompletionDocument> {
  return {
    run: ({ shell }) => ({ kind: "CompletionScript", shell, script: completionScript(shell, definitions) }),
    render: ({ script }) => script,
    exitCode: () => 0,
  };
}
