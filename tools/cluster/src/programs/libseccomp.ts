import { existsSync, globSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE, type Library, output, placeDirectory, runSlowCommand } from "@imagecred/workspace";

/** Why libseccomp cannot be linked here, or undefined when it can. */
export async function libseccompMissing(): Promise<string | undefined> {
  if ((await installed()) !== undefined || unpacked() !== undefined) return undefined;
  try {
    await output("apt-cache", "show", "libseccomp-dev");
    return undefined;
  } catch {
    return "libseccomp's development files are missing (libseccomp-dev), and apt cannot download them here";
  }
}

/**
 * libseccomp for linking: the machine's own where its development files are installed, else Debian's package, downloaded
 * and unpacked into the cache. runc needs it because the kubelet requests the runtime's seccomp profile for every sandbox.
 * @throws Error with the output of apt or dpkg when the package cannot be downloaded
 */
export async function libseccomp(): Promise<Library> {
  const found = await installed();
  if (found !== undefined) return found;
  const directory = unpacked() ?? (await download());
  const pkgConfig = globSync("usr/lib/*/pkgconfig", { cwd: directory })[0];
  if (pkgConfig === undefined) throw new Error(`${directory} has no pkgconfig directory of libseccomp`);
  const libraries = join(directory, pkgConfig, "..");
  return {
    version: await output(
      "pkg-config",
      `--with-path=${join(libraries, "pkgconfig")}`,
      "--modversion",
      "libseccomp",
    ),
    env: {
      PKG_CONFIG_PATH: join(libraries, "pkgconfig"),
      // The package's .pc file names /usr, not the directory to which it is unpacked.
      CGO_CFLAGS: `-I${join(directory, "usr/include")}`,
      CGO_LDFLAGS: `-L${libraries}`,
    },
  };
}

async function installed(): Promise<Library | undefined> {
  try {
    const directory = await output("pkg-config", "--variable=libdir", "libseccomp");
    if (!existsSync(join(directory, "libseccomp.a"))) return undefined;
    return { version: await output("pkg-config", "--modversion", "libseccomp"), env: {} };
  } catch {
    return undefined;
  }
}

const directoryOf = () => join(CACHE, "libseccomp");

function unpacked(): string | undefined {
  const directory = join(directoryOf(), process.arch);
  return existsSync(directory) ? directory : undefined;
}

async function download(): Promise<string> {
  const directory = join(directoryOf(), process.arch);
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await runSlowCommand("apt-get", ["download", "libseccomp-dev"], { cwd: unfinished });
    const [file = ""] = readdirSync(unfinished);
    await runSlowCommand("dpkg-deb", ["--extract", file, "."], { cwd: unfinished });
    rmSync(join(unfinished, file));
    placeDirectory(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}
