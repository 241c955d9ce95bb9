import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { completionScript, DEFINITIONS } from "@imagecred/cli";
import { run } from "@imagecred/workspace";
import type { Program } from "./assets.ts";
import { goTool } from "./go-tools.ts";
import { manualOf } from "./man/pages.ts";
import { REPOSITORY } from "./page/download.ts";

/** Files of one program, in the release tree or next to it. */
export interface PackageContents {
  readonly program: Program;
  readonly version: string;
  readonly arch: "amd64" | "arm64";
  readonly executable: string;
  readonly license: string;
  readonly notices: string;
  /** Sample CredentialProviderConfig; `imagecred` has none. */
  readonly sample: string | undefined;
  /** The changes of this version, each a line of the packages' changelog. */
  readonly changes: readonly string[];
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly modifiedAt: number;
}

/**
 * Where the packages put plugins: read-only system space, where SELinux policies of the RHEL family label programs bin_t.
 * The kubelet's --image-credential-provider-bin-dir is then this directory.
 */
export const PLUGIN_DIRECTORY = "/usr/libexec/kubelet-image-credential-provider-plugins";

const HOMEPAGE = `https://github.com/${REPOSITORY}`;
const MAINTAINER = "The imagecred authors <imagecred@users.noreply.github.com>";
/** A first package of a version; a package that is made again without a new version would have 2. */
const REVISION = "1";

const SUMMARY: Readonly<Record<Program, string>> = {
  "ecr-credential-provider": "kubelet image credential provider plugin for Amazon ECR",
  "acr-credential-provider": "kubelet image credential provider plugin for Azure Container Registry",
  "gcr-credential-provider": "kubelet image credential provider plugin for Google registries",
  imagecred: "set up and check the kubelet's image credential provider plugins",
};

const DESCRIPTION: Readonly<Record<Program, string>> = {
  "ecr-credential-provider": plugin("Amazon ECR and Amazon ECR Public"),
  "acr-credential-provider": plugin("Azure Container Registry"),
  "gcr-credential-provider": plugin("Google Artifact Registry and gcr.io"),
  imagecred: `The kubelet runs plugins that give it short-lived credentials for pulling
images. This tool writes their configuration, reports what a kubelet would
reject in it, runs the kubelet's steps for one image, and installs the
configuration and the plugins on a node.`,
};

function plugin(registry: string): string {
  return `The kubelet runs this program when a pod pulls an image from
${registry}, and gets a short-lived credential
from it instead of a secret on disk. It is one static executable that needs
nothing else on the node.`;
}

/**
 * Writes `<directory>/<name>` as deb or rpm with nfpm.
 * @throws {ToolError} with the output of nfpm
 */
export function writeLinuxPackage(format: "deb" | "rpm", contents: PackageContents, target: string): void {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-package-"));
  try {
    const config = join(scratch, "nfpm.json");
    writeFileSync(config, JSON.stringify(nfpmConfig(format, contents, scratch)));
    run(goTool("nfpm"), ["package", "--config", config, "--packager", format, "--target", target], {
      env: { SOURCE_DATE_EPOCH: String(contents.modifiedAt) },
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** nfpm reads YAML, of which JSON is a part. @param scratch a directory for files that are made here */
function nfpmConfig(format: "deb" | "rpm", contents: PackageContents, scratch: string): object {
  const { program, version, arch, executable, license, notices, sample, modifiedAt } = contents;
  const mtime = new Date(modifiedAt * 1000).toISOString();
  const file = (src: string, dst: string, mode = 0o644) => ({
    src,
    dst,
    ...(format === "rpm" ? rpmType(dst) : {}),
    file_info: { mode, owner: "root", group: "root", mtime },
  });
  const written = (name: string, content: string | Uint8Array, dst: string) => {
    writeFileSync(join(scratch, name), content);
    return file(join(scratch, name), dst);
  };
  const changelog = join(scratch, "changelog.yml");
  writeFileSync(changelog, JSON.stringify([changelogEntry(contents, mtime)]));
  const documents = `/usr/share/doc/${program}`;
  const manual = manualOf(program, { version, date: modifiedAt });
  return {
    name: program,
    arch,
    platform: "linux",
    version,
    release: REVISION,
    section: "admin",
    priority: "optional",
    maintainer: MAINTAINER,
    homepage: HOMEPAGE,
    description: format === "deb" ? `${SUMMARY[program]}\n${DESCRIPTION[program]}` : DESCRIPTION[program],
    // A deb has its license in `copyright`.
    ...(format === "rpm" ? { license: "Apache-2.0" } : {}),
    mtime,
    changelog,
    contents: [
      file(executable, `${program === "imagecred" ? "/usr/bin" : PLUGIN_DIRECTORY}/${program}`, 0o755),
      written("manual.gz", gzipSync(manual.text, { level: 9 }), `/usr/share/man/${manual.path}.gz`),
      ...(format === "deb"
        ? [
            written("copyright", debianCopyright(), `${documents}/copyright`),
            written("overrides", lintianOverrides(program), `/usr/share/lintian/overrides/${program}`),
            file(notices, `${documents}/THIRD_PARTY_NOTICES`),
          ]
        : [
            file(license, `/usr/share/licenses/${program}/LICENSE`),
            file(notices, `/usr/share/licenses/${program}/THIRD_PARTY_NOTICES`),
          ]),
      ...(sample === undefined ? [] : [file(sample, `${documents}/credential-provider-config.yaml`)]),
      ...(program === "imagecred"
        ? SHELLS.map(({ shell, places }) =>
            written(shell, completionScript(shell, DEFINITIONS), places[format]),
          )
        : []),
    ],
    rpm: {
      buildhost: "imagecred",
      summary: SUMMARY[program].replace(/^./, (first) => first.toUpperCase()),
      group: "System Environment/Base",
      packager: MAINTAINER,
    },
  };
}

/** %license and %doc of a spec file: rpm leaves out the latter where it is told to (`--excludedocs`). */
function rpmType(path: string): { readonly type?: string } {
  if (path.startsWith("/usr/share/licenses/")) return { type: "license" };
  return /^\/usr\/share\/(?:doc|man)\//.test(path) ? { type: "doc" } : {};
}

/** Where a shell looks for completions (bash-completion, zsh in Debian and Fedora, fish). */
const SHELLS = [
  {
    shell: "bash",
    places: both("/usr/share/bash-completion/completions/imagecred"),
  },
  {
    shell: "zsh",
    places: {
      deb: "/usr/share/zsh/vendor-completions/_imagecred",
      rpm: "/usr/share/zsh/site-functions/_imagecred",
    },
  },
  { shell: "fish", places: both("/usr/share/fish/vendor_completions.d/imagecred.fish") },
] as const;

function both<const Path extends string>(path: Path): { readonly deb: Path; readonly rpm: Path } {
  return { deb: path, rpm: path };
}

/** An entry of nfpm's changelog (goreleaser/chglog). */
function changelogEntry({ version, changes }: PackageContents, date: string): object {
  return {
    semver: `${version}-${REVISION}`,
    date,
    packager: MAINTAINER,
    deb: { urgency: "medium", distributions: ["stable"] },
    changes: (changes.length === 0 ? [`Version ${version}.`] : changes).map((note) => ({ note })),
  };
}

/** Machine-readable, as Debian's policy has it (copyright-format 1.0). Debian has the license's text itself. */
function debianCopyright(): string {
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: imagecred
Upstream-Contact: ${MAINTAINER}
Source: ${HOMEPAGE}
Comment: Licenses of the libraries inside are in THIRD_PARTY_NOTICES next to this file.

Files: *
Copyright: The imagecred authors
License: Apache-2.0

License: Apache-2.0
 On Debian systems, the full text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
`;
}

/** Lintian's reports that are intended. */
function lintianOverrides(program: Program): string {
  return `# It has to run on nodes without a C library, and in the kubelet's own root directory.
${program}: statically-linked-binary
# The bytecode of the program is behind the ELF file.
${program}: binary-file-built-without-LFS-support
${program}: unstripped-binary-or-object
`;
}
