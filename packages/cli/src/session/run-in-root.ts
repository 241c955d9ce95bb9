import type { ProgramRequest } from "@imagecred/protocol";
import { type Places, platformAt } from "../machine/places.ts";
import type { Platform } from "../runtime/types.ts";

/** How plugins are started whose paths are below another root. */
export interface RootedRun {
  /**
   * `shared`: there is no other root. `entered`: plugins run in the kubelet's root, so all paths in their arguments and
   * variables are valid. `outside`: chroot(8) is not installed, and only the variables in {@link TRUST} are translated.
   */
  readonly state: "shared" | "entered" | "outside";
  /** @param request whose file is below the root */
  prepare(request: ProgramRequest): ProgramRequest;
}

/** chroot(8) of coreutils, busybox and toybox. */
const CHROOT = ["/usr/sbin/chroot", "/usr/bin/chroot", "/sbin/chroot", "/bin/chroot"];

/** Variables with paths of certificate authorities, separated by colons. */
const TRUST = ["SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/**
 * Plugins of a kubelet in a container or chroot see its files: their configuration (azure.json), certificate authorities,
 * tokens, name servers, loader and libraries are those below its root.
 */
export function runInRoot(places: Places, platform: Platform): RootedRun {
  const { root } = places;
  if (root === "/") return { state: "shared", prepare: (request) => request };
  const chroot = CHROOT.find((path) => isFile(path, platform));
  if (chroot !== undefined) {
    return {
      state: "entered",
      prepare: (request) => ({ ...request, file: chroot, args: [root, request.file, ...request.args] }),
    };
  }
  const { fileSystem } = platformAt(places, platform);
  const outside = (path: string): string => {
    try {
      return root + fileSystem.realPath(path);
    } catch {
      return root + path;
    }
  };
  return {
    state: "outside",
    prepare: (request) => ({
      ...request,
      file: outside(request.file),
      env: Object.fromEntries(
        Object.entries(request.env).map(([name, value]) => [
          name,
          value === undefined || value === "" || !TRUST.includes(name)
            ? value
            : value.split(":").map(outside).join(":"),
        ]),
      ),
    }),
  };
}

function isFile(path: string, { fileSystem }: Platform): boolean {
  try {
    return fileSystem.status(path)?.kind === "file";
  } catch {
    return false;
  }
}
