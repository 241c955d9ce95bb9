import type { CommandDefinition } from "./definition.ts";
import { doctor, get } from "./get/definition.ts";
import { init } from "./init/definition.ts";
import { completion, install } from "./install/definition.ts";
import { explain, hash, match, validate } from "./validate/definition.ts";

/** In the order in which they are used: write, check, try, run, put in place. */
export const COMMANDS: readonly CommandDefinition[] = [
  init,
  validate,
  match,
  explain,
  get,
  doctor,
  install,
  hash,
  completion,
];
