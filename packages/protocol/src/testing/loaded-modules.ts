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
 * URLs of everything that importing a module loads, built-in modules of Node.js included. A new process imports it, so
 * that what the test itself has loaded does not count.
 * @param specifier a package's export, as the working directory's package resolves it
 */
export async function loadedModules(specifier: string): Promise<readonly string[]> {
  const args = ["--conditions=@imagecred/source", "--input-type=module", "--eval", PROGRAM, specifier];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as readonly string[];
}
