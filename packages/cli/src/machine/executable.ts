import { type ConfigReading, executablePath, registrationOf } from "@imagecred/kubelet";
import type { FileSystem } from "../runtime/types.ts";
import type { Executable } from "./executable-format.ts";
import { examineStart } from "./start-problem.ts";

/** A kubelet's executables and the machine that starts them. */
export interface Executables {
  readonly binDir: string;
  /** The file system of these paths. */
  readonly fileSystem: FileSystem;
  /** This machine, see ownMachine. */
  readonly machine: string | undefined;
  readonly kubernetesVersion: string | undefined;
}

/** The state of a provider's executable, without running it. */
export interface ExecutableState {
  readonly path: string;
  readonly description: string;
  /** False if every run of it fails, or the kubelet does not start. */
  readonly usable: boolean;
}

/** Checks an executable as the kubelet does when it starts, and examines its format. */
export function executableOf(
  name: string,
  reading: ConfigReading,
  { binDir, fileSystem, machine, kubernetesVersion }: Executables,
): ExecutableState {
  const path = executablePath(binDir, name, fileSystem);
  const check = registrationOf(reading, binDir, {
    fileSystem,
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
  });
  if (check.binDirError !== undefined)
    return { path, description: `there is no directory ${binDir}`, usable: false };
  const problem = check.executables.find((one) => one.path === path);
  if (problem !== undefined) return { path, description: PROBLEMS[problem.code], usable: false };
  const start = examineStart(path, fileSystem, machine);
  if (start.state === "unreadable") {
    return start.reason === "permission denied"
      ? { path, description: "exists, but you cannot read it: use sudo", usable: true }
      : { path, description: start.reason, usable: false };
  }
  const { executable, problem: fault } = start;
  if (fault !== undefined)
    return { path, description: `${fault.reason}; every run of it fails`, usable: false };
  return { path, description: describe(executable), usable: true };
}

function describe(executable: Executable): string {
  switch (executable.kind) {
    case "script":
      return `a script for ${executable.interpreter}`;
    case "elf": {
      const { interpreter, machine } = executable;
      const linking = interpreter === undefined ? "static" : `dynamically linked, needs ${interpreter}`;
      return `${linking}, ${machine}`;
    }
    case "pe":
      return `a Windows executable, ${executable.machine}`;
    default:
      return "neither an ELF executable nor a script";
  }
}

const PROBLEMS = {
  missing: "missing; the kubelet would not start",
  "not-executable": "not executable; the kubelet would not start",
  directory: "a directory; the kubelet would not start",
  inaccessible: "not accessible",
} as const;
