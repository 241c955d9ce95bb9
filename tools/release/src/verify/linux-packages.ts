import { existsSync, globSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { PLUGIN_DIRECTORY } from "../linux-packages.ts";
import { missing, type Step, tool } from "./step.ts";

const OWN_ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;

export const debInstall: Step = {
  name: "dpkg -i into a bare Debian chroot, run, and dpkg -r",
  skip: () => (process.getuid?.() === 0 ? missing("dpkg", "debootstrap", "chroot") : "a chroot takes root"),
  run(directory) {
    const packages = globSync(`linux/${OWN_ARCHITECTURE}/*.deb`, { cwd: directory });
    if (packages.length === 0) throw new Error(`there are none for ${OWN_ARCHITECTURE}`);
    const root = bareDebian();
    for (const file of packages) {
      const name = basename(file).split(/-\d/)[0] ?? "";
      tool("cp", [join(directory, file), join(root, "tmp", "package.deb")]);
      tool("chroot", [root, "dpkg", "-i", "/tmp/package.deb"]);
      const program = name === "imagecred" ? "/usr/bin/imagecred" : `${PLUGIN_DIRECTORY}/${name}`;
      if (!tool("chroot", [root, program, "--version"]).includes(name))
        throw new Error(`${program} --version does not say ${name}`);
      tool("chroot", [root, "dpkg", "-r", name]);
      if (existsSync(join(root, program))) throw new Error(`${program} is left after dpkg -r`);
    }
    return `${packages.length} packages`;
  },
};

export const debMetadata: Step = {
  name: "dpkg-deb of every .deb",
  skip: () => missing("dpkg-deb"),
  run(directory) {
    const packages = globSync("linux/*/*.deb", { cwd: directory });
    for (const file of packages) {
      const architecture = tool("dpkg-deb", ["--field", join(directory, file), "Architecture"]).trim();
      if (!file.startsWith(`linux/${architecture}/`))
        throw new Error(`${file} says that it is for ${architecture}`);
      tool("dpkg-deb", ["--contents", join(directory, file)]);
    }
    return `${packages.length} packages`;
  },
};

export const rpmMetadata: Step = {
  name: "rpm -qp and rpm -K of every .rpm",
  skip: () => missing("rpm"),
  run(directory) {
    const packages = globSync("linux/*/*.rpm", { cwd: directory });
    for (const file of packages) {
      const path = join(directory, file);
      const files = tool("rpm", ["-qpl", "--nosignature", path]).trim().split("\n");
      const program = files.find(
        (name) => name.startsWith(`${PLUGIN_DIRECTORY}/`) || name === "/usr/bin/imagecred",
      );
      if (program === undefined) throw new Error(`${file} holds no executable`);
      if (!/\b0755\b|rwxr-xr-x/.test(tool("rpm", ["-qplv", "--nosignature", path])))
        throw new Error(`${file}: nothing executable`);
      tool("rpm", ["-K", "--nosignature", path]);
    }
    return `${packages.length} packages`;
  },
};

/** A Debian that has nothing but what Debian cannot do without; kept in the cache. */
function bareDebian(): string {
  const cache = process.env["IMAGECRED_CACHE"] || join(homedir(), ".cache", "imagecred");
  const root = join(cache, "chroots", "debian-stable");
  if (existsSync(root)) return root;
  mkdirSync(join(cache, "chroots"), { recursive: true });
  rmSync(`${root}.new`, { recursive: true, force: true });
  const mirror = /^URIs:\s*(\S+)/m.exec(tool("sh", ["-c", "cat /etc/apt/sources.list.d/*.sources"]))?.[1];
  tool("debootstrap", [
    "--variant=minbase",
    "stable",
    `${root}.new`,
    ...(mirror === undefined ? [] : [mirror]),
  ]);
  renameSync(`${root}.new`, root);
  return root;
}
