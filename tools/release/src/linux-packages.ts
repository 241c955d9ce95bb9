import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@imagecred/workspace";
import type { Program } from "./assets.ts";
import { goTool } from "./go-tools.ts";

/** Files of one program, as they lie in the release tree or beside it. */
export interface PackageContents {
  readonly program: Program;
  readonly version: string;
  readonly arch: "amd64" | "arm64";
  readonly executable: string;
  readonly license: string;
  readonly notices: string;
  /** Sample CredentialProviderConfig; `imagecred` has none. */
  readonly sample: string | undefined;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly modifiedAt: number;
}

/**
 * Where the packages put plugins: read-only system space, where SELinux policies of the RHEL family label programs bin_t.
 * The kubelet's --image-credential-provider-bin-dir is then this directory.
 */
export const PLUGIN_DIRECTORY = "/usr/libexec/kubelet-image-credential-provider-plugins";

const SUMMARY: Readonly<Record<Program, string>> = {
  "ecr-credential-provider": "Kubelet image credential provider plugin for Amazon ECR",
  "acr-credential-provider": "Kubelet image credential provider plugin for Azure Container Registry",
  "gcr-credential-provider":
    "Kubelet image credential provider plugin for Google Artifact Registry and gcr.io",
  imagecred: "Write, check, simulate and install the kubelet side of image credential provider plugins",
};

/**
 * Writes `<directory>/<name>` as deb or rpm with nfpm.
 * @throws {ToolError} with the output of nfpm
 */
export function writeLinuxPackage(format: "deb" | "rpm", contents: PackageContents, target: string): void {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-package-"));
  try {
    const config = join(scratch, "nfpm.json");
    writeFileSync(config, JSON.stringify(nfpmConfig(contents)));
    run(goTool("nfpm"), ["package", "--config", config, "--packager", format, "--target", target], {
      env: { SOURCE_DATE_EPOCH: String(contents.modifiedAt) },
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** nfpm reads YAML, of which JSON is a part. */
function nfpmConfig({
  program,
  version,
  arch,
  executable,
  license,
  notices,
  sample,
  modifiedAt,
}: PackageContents): object {
  const mtime = new Date(modifiedAt * 1000).toISOString();
  const file = (src: string, dst: string, mode: number) => ({
    src,
    dst,
    file_info: { mode, owner: "root", group: "root", mtime },
  });
  const documents = `/usr/share/doc/${program}`;
  return {
    name: program,
    arch,
    platform: "linux",
    version,
    section: "admin",
    priority: "optional",
    maintainer: "The imagecred authors",
    description: `${SUMMARY[program]}.\nA single static executable; it needs nothing else.`,
    license: "Apache-2.0",
    mtime,
    contents: [
      file(executable, `${program === "imagecred" ? "/usr/bin" : PLUGIN_DIRECTORY}/${program}`, 0o755),
      file(license, `${documents}/LICENSE`, 0o644),
      file(notices, `${documents}/THIRD_PARTY_NOTICES`, 0o644),
      ...(sample === undefined ? [] : [file(sample, `${documents}/credential-provider-config.yaml`, 0o644)]),
    ],
    rpm: { buildhost: "imagecred" },
  };
}
