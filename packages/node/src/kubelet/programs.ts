import { baseName } from "../files/paths.ts";

/** Programs that are or include a kubelet. */
export const PROGRAMS = ["kubelet", "hyperkube", "k3s", "kubelite", "microshift"] as const;
export type Program = (typeof PROGRAMS)[number];

/** Programs that start a kubelet as a separate process. */
export const SUPERVISORS = ["rke2", "k0s"] as const;
export type Supervisor = (typeof SUPERVISORS)[number];

/** The names of a process. */
export interface Names {
  /** The kernel's name: /proc/PID/comm. */
  readonly command: string;
  /** Path of its executable below its root; undefined if it cannot be read. */
  readonly executable: string | undefined;
  readonly words: readonly string[];
}

/**
 * The program of a process by its names; undefined for other programs. k3s calls itself `k3s-server` or `k3s-agent`. Short
 * commands (`kubelet --version`, `k3s kubectl get nodes`) do not count.
 */
export function programOf({ command, executable, words }: Names): Program | Supervisor | undefined {
  const [first = "", ...args] = words.flatMap((word, index) => (index === 0 ? titleWords(word) : [word]));
  const names = [
    executable === undefined ? "" : baseName(executable.replace(/ \(deleted\)$/, "")),
    command,
    baseName(first),
  ];
  const is = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (args.some((arg) => /^(?:--version(?:=.*)?|--help|-h)$/.test(arg))) return undefined;
  // hyperkube is started by a link with the component's name, or with the name as its first argument.
  if (is(/^hyperkube$/))
    return names.includes("kubelet") || args[0] === "kubelet" || args[0] === "--kubelet"
      ? "hyperkube"
      : undefined;
  if (is(/^kubelet$/)) return "kubelet";
  if (is(/^kubelite$/)) return "kubelite";
  if (is(/^microshift$/)) return args[0] === "run" ? "microshift" : undefined;
  if (is(/^k3s(?:-server|-agent)?$/)) return isNode(command, args) ? "k3s" : undefined;
  if (is(/^rke2$/)) return isNode(command, args) ? "rke2" : undefined;
  if (is(/^k0s$/)) return args.includes("worker") || args.includes("controller") ? "k0s" : undefined;
  return undefined;
}

function isNode(command: string, args: readonly string[]): boolean {
  return /-(?:server|agent)$/.test(command) || args[0] === "server" || args[0] === "agent";
}

/** k3s and RKE2 overwrite their command line with a title: `/usr/local/bin/k3s server` as one word. */
function titleWords(word: string): readonly string[] {
  const title = /^(\S+) (server|agent)\s*$/.exec(word);
  return title === null ? [word] : [title[1] ?? "", title[2] ?? ""];
}

/** Names for messages. */
export const TITLES: Readonly<Record<Program | Supervisor, string>> = {
  kubelet: "kubelet",
  hyperkube: "hyperkube's kubelet",
  k3s: "k3s",
  kubelite: "MicroK8s' kubelite",
  microshift: "MicroShift",
  rke2: "RKE2",
  k0s: "k0s",
};
