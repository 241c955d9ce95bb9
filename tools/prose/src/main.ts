import { toolFlags } from "@imagecred/workspace";
import { lint } from "./lint.ts";
import { misspellings } from "./spelling.ts";
import { proseFiles } from "./texts.ts";

const USAGE = `Usage: npx node tools/prose/src/main.ts [--warnings] [PATH...]

Checks the prose of pages, comments and messages against our style (tools/prose/styles), and their spelling.

  --warnings   print warnings too (long sentences)
  PATH         files or directories; the whole repository unless given

Exit codes: 0 no errors; 1 errors were found; 2 wrong command line.`;

const { values, positionals } = toolFlags(USAGE, {
  allowPositionals: true,
  options: { warnings: { type: "boolean", default: false } },
});
process.exitCode = await check(positionals, values.warnings);

async function check(paths: readonly string[], showWarnings: boolean): Promise<number> {
  const files = proseFiles(paths);
  const read = files.readByVale.length + files.hashComments.length;
  if (read === 0) {
    console.error(`no file with prose in ${paths.join(", ")}`);
    return 2;
  }
  const found = await lint(files);
  const errors = found.filter(({ severity }) => severity === "error");
  const warnings = found.filter(({ severity }) => severity === "warning");
  // cspell knows by a file's extension which parts of it are comments.
  const words = misspellings(
    [...files.readByVale, ...files.hashComments].filter((path) => /[^/]\.\w+$/.test(path)),
  );
  for (const { file, line, column, rule, message } of showWarnings ? [...errors, ...warnings] : errors)
    console.log(`${file}:${line}:${column}  ${rule}: ${message}`);
  for (const { file, line, column, word } of words)
    console.log(
      `${file}:${line}:${column}  Spelling: '${word}': correct it, or add it to tools/prose/dictionary`,
    );
  console.log(
    `  ${read} files: ${errors.length} errors of style, ${words.length} of spelling; ${warnings.length} warnings${showWarnings ? "" : " (--warnings lists them)"}`,
  );
  return errors.length + words.length === 0 ? 0 : 1;
}
