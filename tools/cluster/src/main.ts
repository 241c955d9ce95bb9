import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { whyNoCluster } from "./missing.ts";
import { buildOlderKubelet, buildPrograms } from "./programs/index.ts";
import { startWorld } from "./world/enter.ts";

const USAGE = `Starts a Kubernetes cluster with the fake clouds around it, and leaves it up until Ctrl-C.

  npm run cluster                   a cluster to play with
  npm run cluster -- COMMAND...     run a command in the cluster's namespaces instead (the tests, for one)
  npm run cluster -- --all-programs COMMAND...
                                    the same, after building the kubelet of the older release too
`;

const ALL_PROGRAMS = "--all-programs";
const [first, ...rest] = process.argv.slice(2);
if (first === "--help" || first === "-h") process.stdout.write(USAGE);
else if (first === ALL_PROGRAMS) process.exitCode = await main(rest, true);
else process.exitCode = await main(first === undefined ? [] : [first, ...rest], false);

async function main(command: readonly string[], all: boolean): Promise<number> {
  const missing = await whyNoCluster("programs may be built");
  if (missing !== undefined) {
    process.stderr.write(`A cluster cannot run here: ${missing}.\n`);
    return 1;
  }
  const starting = (name: string) => console.log(`Building ${name} (once; it is cached afterwards)...`);
  await buildPrograms(starting);
  if (all) await buildOlderKubelet(starting);
  const play = [process.execPath, "--conditions=@imagecred/source", join(import.meta.dirname, "play.ts")];
  // The terminal sends Ctrl-C to every process, and this one waits for the others to end.
  process.on("SIGINT", () => {});
  const world = await startWorld(command.length > 0 ? command : play);
  process.on("SIGTERM", () => world.signal("SIGTERM"));
  if (command.length === 0) writeWrappers(world.directory, world.pid);
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
