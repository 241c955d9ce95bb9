import { runProgram as nativeRunProgram, runShell as nativeRunShell } from "imagecred:process";
import type { RunProgram, RunShell } from "./types.ts";

export const runShell: RunShell = ({ env, ...request }) => nativeRunShell({ ...request, env: setOnly(env) });

export const runProgram: RunProgram = ({ args, env, ...request }) =>
  nativeRunProgram({ ...request, args: [...args], env: setOnly(env) });

function setOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) set[name] = value;
  return set;
}
