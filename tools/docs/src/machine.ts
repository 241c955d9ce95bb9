import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anyExecutable, DOCS, needsRoot, ROOT } from "@imagecred/workspace";
import { Session } from "./session.ts";

/** The reason why a machine cannot be created here, or false. */
export const NO_MACHINE: string | false =
  needsRoot("unshare", "mount", "chroot", "bash") ||
  (anyExecutable("imagecred") === undefined ? "the executables are not built (npm run build)" : false);

/**
 * Programs that a page may run and that may be missing on this machine, which has only the user root, and no systemd.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  sudo: 'exec "$@"',
  systemctl: 'echo "systemctl $*" >> /run/systemctl.log',
};

export interface MachineOptions {
  /** In addition to PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further programs that may be missing here: the shell script that runs instead, by name. */
  readonly standIns?: Readonly<Record<string, string>>;
  /** The directory to copy; this machine's `/` unless given. */
  readonly root?: string;
  /** Directories of this machine that the copy shares. */
  readonly shared?: readonly string[];
}

/**
 * A copy of this machine whose changes are discarded: an overlay over `/`, in its own namespaces. A page's
 * commands run here as root, as on a node.
 */
export class Machine implements AsyncDisposable {
  /** A directory that both sides see; commands start in its `home`. */
  readonly directory: string;
  readonly session: Session;

  private constructor(directory: string, session: Session) {
    this.directory = directory;
    this.session = session;
  }

  static async start({
    env = {},
    standIns = {},
    shared = [],
    root = "/",
  }: MachineOptions = {}): Promise<Machine> {
    const directory = mkdtempSync(join(tmpdir(), "imagecred-docs-"));
    for (const name of ["layer", "home", "bin"]) mkdirSync(join(directory, name));
    for (const [name, script] of Object.entries({ ...STAND_INS, ...standIns }))
      writeFileSync(join(directory, "bin", name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    symlinkSync(DOCS, join(directory, "home", "docs"));
    const start = join(directory, "start");
    writeFileSync(start, startScript(directory, root, [directory, ROOT, ...shared]));
    const path = `${join(directory, "bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    const session = new Session(["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", start], {
      PATH: path,
      HOME: "/root",
      LANG: "C.UTF-8",
      NO_COLOR: "1",
      ...env,
    });
    await session.run(`cd ${join(directory, "home")}`);
    return new Machine(directory, session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Mounts the overlay on a tmpfs and becomes a shell in it. */
function startScript(directory: string, original: string, shared: readonly string[]): string {
  const root = join(directory, "layer", "root");
  return `set -e
mount -t tmpfs tmpfs ${directory}/layer
mkdir ${directory}/layer/upper ${directory}/layer/work ${root}
mount -t overlay overlay -o lowerdir=${original},upperdir=${directory}/layer/upper,workdir=${directory}/layer/work ${root}
mount -t proc proc ${root}/proc
mount --rbind /dev ${root}/dev
${shared.map((path) => `mkdir -p ${root}${path} && mount --bind ${path} ${root}${path}`).join("\n")}
exec chroot ${root} bash --noprofile --norc
`;
}
