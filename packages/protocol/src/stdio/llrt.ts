import { args, env, exit, onUncaught, readStdin, writeStderr, writeStdout } from "imagecred:stdio";
import type { Stdio } from "./types.ts";

export const stdio: Stdio = { args, env, exit, onUncaught, readStdin, writeStderr, writeStdout };
