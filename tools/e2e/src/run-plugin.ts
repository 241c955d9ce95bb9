import { type RunFileOptions, type RunResult, runFile } from "@imagecred/workspace";

/** The environment that a node gives its processes: a PATH to find a shell on, and no home directory. */
const NODE_ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/nonexistent",
};

/** Runs a plugin as the kubelet does: arguments, environment, the request on stdin, no shell. */
export function runPlugin(executable: string, options: RunFileOptions = {}): Promise<RunResult> {
  return runFile(executable, { cwd: "/", ...options, env: { ...NODE_ENVIRONMENT, ...options.env } });
}
