import { ToolError } from "@imagecred/workspace";
import { buildAll } from "./build.ts";
import { parseOptions, USAGE } from "./options.ts";
import { say } from "./say.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) say(USAGE);
  else await buildAll(options);
} catch (error) {
  if (!(error instanceof ToolError || (error instanceof Error && "code" in error))) throw error;
  process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
}
