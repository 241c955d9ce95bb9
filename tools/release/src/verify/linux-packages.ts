import { existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type DebianRoot,
  debianRoot,
  notInstalled,
  ownPlatform,
  run,
  whyNoDebianRoot,
} from "@imagecred/workspace";
import { PLUGIN_DIRECTORY } from "../linux-packages.ts";
import type { Step } from "./step.ts";

const { arch: OWN_ARCHITECTURE } = ownPlatform();

/** A Debian with its required packages only, and curl: what pages tell a newcomer to start from. */
export const BARE_DEBIAN: DebianRoot = { suite: "stable", packages: ["curl"] };

export const debInstall: Step = {
  name: "dpkg -i into a bare Debian chroot, run, and dpkg -r",
  skip: () => whyNoDebianRoot(BARE_DEBIAN),
  run(directory) {
    const packages = globSync(`linux/${OWN_ARCHITECTURE}/*.deb`, { cwd: directory });
    if (packages.length === 0) throw new Error(`there are none for ${OWN_ARCHITECTURE}`);
    const root = debianRoot(BARE_DEBIAN);
    for (const file of packages) {
      const name = basename(file).split(/-\d/)[0] ?? "";
      run("cp", [join(directory, file), join(root, "tmp", "package.deb")]);
      run("chroot", [root, "dpkg", "-i", "/tmp/package.deb"]);
      const program = name === "imagecred" ? "/usr/bin/imagecred" : `${PLUGIN_DIRECTORY}/${name}`;
      if (!run("chroot", [root, program, "--version"]).includes(name))
        throw new Error(`${program} --version does not say ${name}`);
      run("chroot", [root, "dpkg", "-r", name]);
      if (existsSync(join(root, program))) throw new Error(`${program} is left after dpkg -r`);
    }
    return `${packages.length} packages`;
  },
};

export const debMetadata: Step = {
  name: "dpkg-deb of every .deb",
  skip: () => notInstalled("dpkg-deb"),
  run(directory) {
    const packages = globSync("linux/*/*.deb", { cwd: directory });
    for (const file of packages) {
      const architecture = run("dpkg-deb", ["--field", join(directory, file), "Architecture"]).trim();
      if (!file.startsWith(`linux/${architecture}/`))
        throw new Error(`${file} says that it is for ${architecture}`);
      run("dpkg-deb", ["--contents", join(directory, file)]);
    }
    return `${packages.length} packages`;
  },
};

export const rpmMetadata: Step = {
  name: "rpm -qp and rpm -K of every .rpm",
  skip: () => notInstalled("rpm"),
  run(directory) {
    const packages = globSync("linux/*/*.rpm", { cwd: directory });
    for (const file of packages) {
      const path = join(directory, file);
      const files = run("rpm", ["-qpl", "--nosignature", path]).trim().split("\n");
      const program = files.find(
        (name) => name.startsWith(`${PLUGIN_DIRECTORY}/`) || name === "/usr/bin/imagecred",
      );
      if (program === undefined) throw new Error(`${file} holds no executable`);
      if (!/\b0755\b|rwxr-xr-x/.test(run("rpm", ["-qplv", "--nosignature", path])))
        throw new Error(`${file}: nothing executable`);
      run("rpm", ["-K", "--nosignature", path]);
    }
    return `${packages.length} packages`;
  },
};
