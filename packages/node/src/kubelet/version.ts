import type { ProgramResult, RunProgram } from "@imagecred/protocol";
import type { Files } from "../files/files.ts";
import { parentOf } from "../files/paths.ts";
import { readText } from "../files/read-text.ts";
import { reasonOf } from "../files/system-error.ts";
import type { Kubelet } from "./running-kubelet.ts";

/** The version of the program that runs, not of one that lies on disk. */
export type KubeletVersion =
  | { readonly state: "known"; readonly version: string; readonly says: string }
  | { readonly state: "unknown"; readonly reason: string };

const TIMEOUT_MS = 10_000;
const LARGEST_OUTPUT_BYTES = 64 << 10;
const OTHERS_WRITE = 0o022;
/** What the programs print: `Kubernetes v1.37.2`, `k3s version v1.34.1+k3s1 (…)`; snap.yaml says `version: v1.34.1`. */
const VERSION = /^(?:Kubernetes|k3s version|rke2 version|version:) ['"]?v?(1\.\d+\.\d+[\w.+-]*)/m;

/**
 * Asks a kubelet's own executable for its version (`/proc/PID/exe --version`: the file that runs, whatever was installed
 * since). Root runs it only where root owns it and no other user can write it. It gets no environment.
 */
export async function kubeletVersion(
  files: Files,
  kubelet: Pick<Kubelet, "pid" | "program" | "title" | "files" | "executable">,
  runProgram: RunProgram,
): Promise<KubeletVersion> {
  if (kubelet.program === "kubelite") return snapVersion(kubelet);
  const file = `/proc/${kubelet.pid}/exe`;
  const args = ARGUMENTS[kubelet.program];
  if (args === undefined)
    return { state: "unknown", reason: `${kubelet.title} does not tell its kubelet's version` };
  try {
    const status = files.status(file);
    if (status === undefined) return { state: "unknown", reason: `${kubelet.title} has ended` };
    if (status.uid !== 0 || (status.mode & OTHERS_WRITE) !== 0) {
      return {
        state: "unknown",
        reason: `the executable of ${kubelet.title} can be changed by others than root, so it is not run`,
      };
    }
    const result = await runProgram({
      file,
      args,
      env: {},
      stdin: "",
      timeoutMs: TIMEOUT_MS,
      maxStdoutBytes: LARGEST_OUTPUT_BYTES,
    });
    return fromOutput(result, kubelet);
  } catch (error) {
    return { state: "unknown", reason: `running ${file} ${args.join(" ")}: ${reasonOf(error)}` };
  }
}

/** kubelite tells no version; its snap is named after the Kubernetes that is in it (meta/snap.yaml). */
function snapVersion({
  files,
  executable,
  title,
}: Pick<Kubelet, "files" | "executable" | "title">): KubeletVersion {
  const path = `${parentOf(executable ?? "/snap/microk8s/current/kubelite")}/meta/snap.yaml`;
  const text = readText(files, path);
  const version = text.state === "read" ? VERSION.exec(text.text)?.[1] : undefined;
  if (version === undefined)
    return { state: "unknown", reason: `${path} does not tell the version of ${title}` };
  return { state: "known", version, says: `${title}: ${path}` };
}

const ARGUMENTS: Readonly<Record<Kubelet["program"], readonly string[] | undefined>> = {
  kubelet: ["--version"],
  hyperkube: ["kubelet", "--version"],
  k3s: ["--version"],
  kubelite: undefined,
  microshift: undefined,
};

function fromOutput(result: ProgramResult, { title }: Pick<Kubelet, "title">): KubeletVersion {
  const text = new TextDecoder().decode(result.stdout);
  const version = VERSION.exec(text)?.[1];
  if (version === undefined)
    return { state: "unknown", reason: `${title} prints no version that can be read` };
  return { state: "known", version, says: `${title}: ${text.split("\n")[0]?.trim()}` };
}
