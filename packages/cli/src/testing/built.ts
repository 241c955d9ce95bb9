import { dirname } from "node:path";
import { executable, executablePath, type Runtime, runFile } from "@imagecred/e2e";

/** Directory of a runtime's programs in `dist/`. */
export function binDirectory(runtime: Runtime): string {
  return dirname(executablePath("imagecred", runtime));
}

/** The reason to skip a test that needs these programs; false if all of them are built. */
export function notBuilt(runtime: Runtime, ...programs: readonly string[]): string | false {
  return programs.map((program) => executable(program, runtime).skipped).find(Boolean) ?? false;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `imagecred`, with only PATH and `env` in its environment. */
export async function runImagecred(
  runtime: Runtime,
  args: readonly string[],
  { env = {}, ...options }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Ran> {
  const file = executablePath("imagecred", runtime);
  const { exitCode, stdout, stderr } = await runFile(file, {
    ...options,
    args,
    env: { PATH: "/usr/bin:/bin", ...env },
  });
  return { code: exitCode, stdout, stderr };
}
