import { explain, hash, match, validate } from "./check.ts";
import { init } from "./init.ts";
import { completion, install } from "./install.ts";
import { doctor, get } from "./run.ts";
import type { CommandDefinition } from "./types.ts";

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
