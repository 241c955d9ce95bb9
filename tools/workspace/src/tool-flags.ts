import { type ParseArgsConfig, parseArgs } from "node:util";
import { ToolError } from "./tool-error.ts";

const HELP = { help: { type: "boolean", default: false } } as const;

type WithHelp<C extends ParseArgsConfig> = C & { readonly options: C["options"] & typeof HELP };

/**
 * The flags of a tool's command line, as `parseArgs` gives them. Prints `usage` and ends the process for `--help` (status 0) and
 * for a wrong command line (status 2). From then on, a {@link ToolError} that nothing catches ends the process with its message,
 * without a stack trace (status 1).
 */
export function toolFlags<const C extends ParseArgsConfig>(
  usage: string,
  config: C,
): ReturnType<typeof parseArgs<WithHelp<C>>> {
  process.on("uncaughtException", (error) => {
    console.error(error instanceof ToolError ? error.message : error);
    process.exit(1);
  });
  const withHelp = { ...config, options: { ...config.options, ...HELP } };
  let parsed: ReturnType<typeof parseArgs<WithHelp<C>>>;
  try {
    parsed = parseArgs<WithHelp<C>>(withHelp);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage.trimEnd()}`);
    process.exit(2);
  }
  if ((parsed.values as { readonly help?: boolean }).help === true) {
    console.log(usage.trimEnd());
    process.exit(0);
  }
  return parsed;
}
