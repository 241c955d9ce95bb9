import { crypto, runShell, stdio, transport } from "#runtime";
import { systemClock } from "./clock.ts";
import { messageOf } from "./errors.ts";
import { systemFiles } from "./files.ts";
import { errorLine } from "./log.ts";
import type { CredentialProvider } from "./provider.ts";
import { run } from "./run.ts";

/**
 * Runs a plugin as the kubelet expects one to run, and ends the process: request from stdin, response to stdout, exit 0;
 * or nothing on stdout, a line on stderr, exit 1. The only statement of a plugin's `main.ts`, and the only code that
 * touches the process's edges.
 */
export function serve<Options>(provider: CredentialProvider<Options>): void {
  stdio.onUncaught((error) => {
    const message = `internal error: ${messageOf(error)}; please report it`;
    stdio.writeStderr(errorLine(provider.name, message));
    stdio.exit(1);
  });
  void run(provider, {
    stdio,
    transport,
    files: systemFiles,
    clock: systemClock,
    crypto,
    runShell,
    random: Math.random,
  }).then((code) => stdio.exit(code));
}
