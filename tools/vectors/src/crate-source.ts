import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cached, cachePath, type Source } from "./source.ts";

/**
 * The source of a Rust crate at exactly this version, which cargo fetches from crates.io and checks against the
 * registry's checksum.
 */
export function crateSource(name: string, version: string): Source {
  const key = join("crates", `${name}-${version}`);
  if (existsSync(cachePath(key))) return { directory: cachePath(key) };
  const project = mkdtempSync(join(tmpdir(), "imagecred-vectors-"));
  try {
    mkdirSync(join(project, "src"));
    writeFileSync(join(project, "src", "lib.rs"), "");
    writeFileSync(
      join(project, "Cargo.toml"),
      `[package]\nname = "vectors"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${name} = "=${version}"\n[workspace]\n`,
    );
    const { status, stdout, stderr, error } = spawnSync(
      "cargo",
      ["metadata", "--format-version=1", "--quiet"],
      {
        cwd: project,
        encoding: "utf8",
        maxBuffer: 64 << 20,
      },
    );
    if (status !== 0) return unavailable(name, version, error?.message ?? stderr.trim());
    const { packages } = JSON.parse(stdout) as { packages: { name: string; manifest_path: string }[] };
    const manifest = packages.find((each) => each.name === name)?.manifest_path;
    if (manifest === undefined) return unavailable(name, version, "cargo does not list it");
    return {
      directory: cached(key, (directory) => cpSync(dirname(manifest), directory, { recursive: true })),
    };
  } finally {
    rmSync(project, { recursive: true });
  }
}

function unavailable(name: string, version: string, reason: string): Source {
  return {
    directory: "",
    missing: `the crate ${name} ${version} cannot be fetched: ${reason.split("\n")[0]}`,
  };
}
