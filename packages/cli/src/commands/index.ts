import type { Platform } from "../runtime/types.ts";
import { type Command, type CommonOptions, type ExitCode, execute } from "./command.ts";
import { completion } from "./completion/definition.ts";
import type { CommandDefinition } from "./definition.ts";
import { doctor } from "./doctor/definition.ts";
import { explain } from "./explain/definition.ts";
import { get } from "./get/definition.ts";
import { hash } from "./hash/definition.ts";
import { init } from "./init/definition.ts";
import { install } from "./install/definition.ts";
import { match } from "./match/definition.ts";
import { nodes } from "./nodes/definition.ts";
import { hasOptions, type OptionsOf } from "./options.ts";
import { uninstall } from "./uninstall/definition.ts";
import { validate } from "./validate/definition.ts";

/** A command's definition and the function that runs it. */
export interface RunnableCommand {
  readonly definition: CommandDefinition;
  /** @param given the parsed command line, by property name */
  readonly run: (given: Readonly<Record<string, unknown>>, platform: Platform) => Promise<ExitCode>;
}

/**
 * Joins a definition and its command. The command is loaded only when it runs, so that the tool starts in milliseconds.
 */
function runnable<Definition extends CommandDefinition, Document extends { readonly kind: string }>(
  definition: Definition,
  load: () => Promise<Command<OptionsOf<Definition>, Document>>,
): RunnableCommand {
  return {
    definition,
    run: async (given, platform) => {
      if (!hasOptions(definition, given) || !isCommon(given))
        throw new Error(`the parser's options do not fit the definition of ${definition.name}`);
      return execute(await load(), given, platform);
    },
  };
}

function isCommon(given: unknown): given is CommonOptions {
  return typeof given === "object" && given !== null && "output" in given && "color" in given;
}

/** In the order in which they are used: write, check, test, run, install. */
export const COMMANDS: readonly RunnableCommand[] = [
  runnable(init, async () => (await import("./init/command.ts")).init),
  runnable(validate, async () => (await import("./validate/command.ts")).validate),
  runnable(match, async () => (await import("./match/command.ts")).match),
  runnable(explain, async () => (await import("./explain/command.ts")).explain),
  runnable(get, async () => (await import("./get/command.ts")).get),
  runnable(doctor, async () => (await import("./doctor/command.ts")).doctor),
  runnable(install, async () => (await import("./install/command.ts")).install),
  runnable(uninstall, async () => (await import("./uninstall/command.ts")).uninstall),
  runnable(nodes, async () => (await import("./nodes/command.ts")).nodes),
  runnable(hash, async () => (await import("./hash/command.ts")).hash),
  runnable(completion, async () => (await import("./completion/command.ts")).completionOf(DEFINITIONS)),
];

/** The definitions of {@link COMMANDS}, in the same order. */
export const DEFINITIONS: readonly CommandDefinition[] = COMMANDS.map(({ definition }) => definition);
