import { execFile } from "node:child_process";
import { promisify } from "node:util";

const PROGRAM = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
await import(process.argv[1]);
process.stdout.write(JSON.stringify(loaded));
`;

/**
 * URLs of all modules that an import loads, Node.js's built-in ones included. A new process imports it, so that the test's
 * own modules are not counted.
 * @param specifier a package's export, resolved from the working directory
 */
export async function loadedModules(specifier: string): Promise<readonly string[]> {
  const args = ["--conditions=@imagecred/source", "--input-type=module", "--eval", PROGRAM, specifier];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as readonly string[];
}
