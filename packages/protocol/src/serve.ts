import { crypto, runShell, stdio, transport } from "#runtime";
import { systemClock } from "./clock.ts";
import { messageOf } from "./errors.ts";
import { systemFiles } from "./files.ts";
import { errorLine } from "./log.ts";
import type { CredentialProvider } from "./provider.ts";
import { run } from "./run.ts";

/**
 * Runs a plugin as the kubelet expects and ends the process: request from stdin, response to stdout, exit code 0; or
 * nothing on stdout, one line on stderr, exit code 1. It is the only statement of a plugin's `main.ts`.
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
