import type { ProgramResult, RunProgram } from "@imagecred/protocol";
import type { Files } from "../files/files.ts";
import { parentOf } from "../files/paths.ts";
import { readText } from "../files/read-text.ts";
import { reasonOf } from "../files/system-error.ts";
import type { Kubelet } from "./running-kubelet.ts";

/** The version of the running program, which can differ from the one on disk. */
export type KubeletVersion =
  | { readonly state: "known"; readonly version: string; readonly label: string }
  | { readonly state: "unknown"; readonly reason: string };

const TIMEOUT_MS = 10_000;
const LARGEST_OUTPUT_BYTES = 64 << 10;
const OTHERS_WRITE = 0o022;
/** The programs print `Kubernetes v1.37.2`, `k3s version v1.34.1+k3s1 (…)`; snap.yaml has `version: v1.34.1`. */
const VERSION = /^(?:Kubernetes|k3s version|rke2 version|version:) ['"]?v?(1\.\d+\.\d+[\w.+-]*)/m;

/**
 * Gets a kubelet's version from its own executable (`/proc/PID/exe --version`: the running file, even if another one was
 * installed since). Runs it only if root owns it and no other user can write to it, with an empty environment.
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
    return { state: "unknown", reason: `${kubelet.title} does not print its kubelet's version` };
  try {
    const status = files.status(file);
    if (status === undefined) return { state: "unknown", reason: `${kubelet.title} has exited` };
    if (status.uid !== 0 || (status.mode & OTHERS_WRITE) !== 0) {
      return {
        state: "unknown",
        reason: `the executable of ${kubelet.title} is writable by users other than root, so it is not run`,
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

/** kubelite does not print a version; its snap has the version of its Kubernetes (meta/snap.yaml). */
function snapVersion({
  files,
  executable,
  title,
}: Pick<Kubelet, "files" | "executable" | "title">): KubeletVersion {
  const path = `${parentOf(executable ?? "/snap/microk8s/current/kubelite")}/meta/snap.yaml`;
  const text = readText(files, path);
  const version = text.state === "read" ? VERSION.exec(text.text)?.[1] : undefined;
  if (version === undefined)
    return { state: "unknown", reason: `${path} does not have the version of ${title}` };
  return { state: "known", version, label: `${title}: ${path}` };
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
  if (version === undefined) return { state: "unknown", reason: `${title} does not print a known version` };
  return { state: "known", version, label: `${title}: ${text.split("\n")[0]?.trim()}` };
}
