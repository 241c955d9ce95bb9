import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { whyNoCluster } from "./missing.ts";
import { buildPrograms } from "./programs/index.ts";
import { startWorld } from "./world/enter.ts";

const USAGE = `Starts a Kubernetes cluster with the fake clouds around it, and leaves it up until Ctrl-C.

  npm run cluster                   a cluster to play with
  npm run cluster -- COMMAND...     run a command in the cluster's namespaces instead (the tests, for one)
`;

const command = process.argv.slice(2);
if (command[0] === "--help" || command[0] === "-h") process.stdout.write(USAGE);
else process.exitCode = await main(command.length > 0 ? command : undefined);

async function main(command: readonly string[] | undefined): Promise<number> {
  const missing = await whyNoCluster("programs may be built");
  if (missing !== undefined) {
    process.stderr.write(`A cluster cannot run here: ${missing}.\n`);
    return 1;
  }
  await buildPrograms((name) => console.log(`Building ${name} (once; it is cached afterwards)...`));
  const play = [process.execPath, "--conditions=@imagecred/source", join(import.meta.dirname, "play.ts")];
  // The terminal sends Ctrl-C to every process, and this one waits for the others to end.
  process.on("SIGINT", () => {});
  const world = await startWorld(command ?? play);
  process.on("SIGTERM", () => world.signal("SIGTERM"));
  if (command === undefined) writeWrappers(world.directory, world.pid);
  return await world.ended;
}

/** Programs for the shell that started the cluster, which cannot reach its network. @param pid of the first process */
function writeWrappers(directory: string, pid: number): void {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  const wrapper = (name: string, command: string) =>
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\nexec nsenter --target ${pid} --net --pid --mount -- ${command} "$@"\n`,
      { mode: 0o755 },
    );
  wrapper(
    "kubectl",
    `env KUBECONFIG=${directory}/control-plane/admin.kubeconfig ${directory}/programs/kubectl`,
  );
  wrapper("node-shell", `sh ${directory}/programs/node-shell`);
}
