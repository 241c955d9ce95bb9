/** Runs the one command that it reads from stdin, in the way that it says, and prints the result. */
import type { ProgramRequest, ShellRequest } from "@imagecred/protocol";
import { runProgram, runShell, stdio } from "@imagecred/protocol/runtime";

type Job = { readonly shell: ShellRequest } | { readonly program: ProgramRequest };

async function main(): Promise<void> {
  const job = JSON.parse(new TextDecoder().decode(await stdio.readStdin(1 << 20))) as Job;
  const pieces: string[] = [];
  const work =
    "shell" in job
      ? runShell(job.shell)
      : runProgram({ ...job.program, onStderr: (piece) => void pieces.push(piece) });
  const outcome = await work.then(
    (result) => ({ ...result, stdout: new TextDecoder().decode(result.stdout), pieces }),
    (error: unknown) => ({
      code: error instanceof Error && "code" in error ? error.code : String(error),
      stderr: error instanceof Error ? error.message : "",
    }),
  );
  stdio.writeStdout(JSON.stringify(outcome));
  stdio.exit(0);
}

void main();
