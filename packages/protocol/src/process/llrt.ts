import { runShell as nativeRunShell } from "imagecred:process";
import type { RunShell } from "./types.ts";

export const runShell: RunShell = ({ env, ...request }) => {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) set[name] = value;
  return nativeRunShell({ ...request, env: set });
};
