import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached, cachePath, type Source } from "./source.ts";

/**
 * The source distribution of a Python package at exactly this version, which pip fetches from PyPI.
 *
 * @param sha256 of the `.tar.gz`, which pip checks
 * @param parts paths to unpack; default: all
 */
export function pypiSource(
  name: string,
  version: string,
  sha256: string,
  parts: readonly string[] = [],
): Source {
  const key = join("pypi", `${name}-${version}`);
  if (existsSync(cachePath(key))) return { directory: cachePath(key) };
  const download = mkdtempSync(join(tmpdir(), "imagecred-vectors-"));
  try {
    const requirements = join(download, "requirements.txt");
    writeFileSync(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
    const options = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "--quiet"];
    run("python3", ["-m", "pip", "download", ...options, "-r", requirements, "-d", download]);
    const archive = readdirSync(download).find((file) => file.endsWith(".tar.gz"));
    if (archive === undefined) throw new Error("pip downloaded no archive");
    const members = parts.map((part) => `${name}-${version}/${part}`);
    const unpack = (directory: string) =>
      run("tar", ["xzf", join(download, archive), "-C", directory, "--strip-components=1", ...members]);
    return { directory: cached(key, unpack) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      directory: "",
      missing: `the package ${name} ${version} cannot be fetched: ${reason.split("\n")[0]}`,
    };
  } finally {
    rmSync(download, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
}
