/** Prepares the programs for the Windows tests, then runs the given command, for example `node --test FILE`. */
import { spawnSync } from "node:child_process";
import { ToolError } from "@imagecred/workspace";
import { prepareWindows, whyNoWindows } from "./programs.ts";

const [program, ...args] = process.argv.slice(2);
const reason = await whyNoWindows("programs may be built");
if (reason !== undefined || program === undefined) {
  console.error(`windows: ${reason ?? "no command to run"}`);
  process.exit(2);
}
try {
  if ((await whyNoWindows("programs are cached")) !== undefined)
    console.log(
      "installing wine in a chroot and building the kubelet's code for Windows; this takes ten minutes, once",
    );
  await prepareWindows();
  process.exitCode = spawnSync(program, args, { stdio: "inherit" }).status ?? 1;
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  console.error(`windows: ${error.message}`);
  process.exitCode = 1;
}
