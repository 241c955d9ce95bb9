import type { ExecEnvVar } from "../config/types.ts";

/** The environment cannot be passed to a program; the text is os/exec's. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

/**
 * The environment of a plugin: all of the kubelet's, then the configuration's, of which the last of a name wins
 * (mergeEnvVars in plugin.go, dedupEnv in os/exec). A name with an `=` in it sets the variable named before the `=`.
 *
 * @throws {EnvironmentError} if a name or value contains a NUL
 */
export function pluginEnvironment(
  kubelet: Readonly<Record<string, string | undefined>>,
  config: readonly ExecEnvVar[],
): Record<string, string> {
  const merged = new Map<string, string>();
  for (const [name, value] of Object.entries(kubelet)) if (value !== undefined) merged.set(name, value);
  for (const { name, value } of config) {
    const entry = `${name}=${value}`;
    if (entry.includes("\0")) throw new EnvironmentError("exec: environment variable contains NUL");
    const equals = Math.max(entry.indexOf("=", 1), 0);
    merged.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  // A program cannot look up a variable without a name.
  merged.delete("");
  return Object.fromEntries(merged);
}
