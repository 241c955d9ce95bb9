import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One of operator-messages.json. */
export interface OperatorMessage {
  readonly id: string;
  readonly when: string;
  readonly severity: "I" | "E";
  /** The lowest `--v` of the kubelet at which it is logged. */
  readonly verbosity: number;
  /** The entry's text, with {names} for the variable parts. */
  readonly log: string;
  /** Whether kubelet_credential_provider_plugin_errors_total counts it. */
  readonly countedAsError?: boolean;
}

const FILE = join(import.meta.dirname, "../operator-messages.json");

/** Messages that the documentation tells operators to expect. */
export const OPERATOR_MESSAGES: readonly OperatorMessage[] = (
  JSON.parse(readFileSync(FILE, "utf8")) as { messages: OperatorMessage[] }
).messages;

/** The text of a message, filled in. @throws Error when there is no such message, or a name is left over */
export function operatorMessage(id: string, values: Readonly<Record<string, string>>): OperatorMessage {
  const message = OPERATOR_MESSAGES.find((candidate) => candidate.id === id);
  if (message === undefined) throw new Error(`operator-messages.json has no ${id}`);
  const log = message.log.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${id} needs a value for {${name}}`);
    return value;
  });
  return { ...message, log };
}
