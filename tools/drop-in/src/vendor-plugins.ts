import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "@imagecred/fake-clouds";
import { CACHE, notInstalled, run } from "@imagecred/workspace";

/** Import path of the command, which is also the name that it is shipped under. */
const PACKAGES: Readonly<Record<Plugin, string>> = {
  ecr: "k8s.io/cloud-provider-aws/cmd/ecr-credential-provider",
  acr: "sigs.k8s.io/cloud-provider-azure/cmd/acr-credential-provider",
  gcr: "k8s.io/cloud-provider-gcp/cmd/auth-provider-gcp",
};

/** The flags of the vendors' release builds: static, no build paths, no symbols. */
const BUILD = ["build", "-mod=readonly", "-p=2", "-trimpath", "-ldflags=-s -w"];
const ENVIRONMENT = { CGO_ENABLED: "0", GOFLAGS: "" };

/** A cloud vendor's own credential provider plugin. */
export interface VendorPlugin {
  /** `cloud-provider-aws@v1.37.1` */
  readonly release: string;
  readonly path: string;
}

/** Why no vendor's plugin can be built here, or undefined when they can. */
export function vendorPluginsMissing(): string | undefined {
  return notInstalled("go");
}

/** Names of the vendors' plugins that the cache does not have yet. Building them takes minutes. */
export function vendorPluginsToBuild(plugins: readonly Plugin[]): readonly string[] {
  return plugins
    .map(pathOf)
    .filter((path) => !existsSync(path))
    .map((path) => basename(path));
}

/**
 * The vendor's plugin for a cloud, from the cache or built from the Go module proxy.
 * @throws {ToolError} with the compiler's output
 */
export function vendorPlugin(plugin: Plugin): VendorPlugin {
  const path = pathOf(plugin);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    // Written under another name and renamed: two runs at once do the work twice, and neither sees half a file.
    const unfinished = `${path}.${process.pid}`;
    run("nice", ["go", ...BUILD, "-o", unfinished, PACKAGES[plugin]], {
      cwd: moduleOf(plugin),
      env: ENVIRONMENT,
      visible: true,
    });
    renameSync(unfinished, path);
  }
  return { release: releaseOf(plugin), path };
}

/** `cloud-provider-aws@v1.37.1`, as the module's go.mod has it. @throws Error when it has no such line */
export function releaseOf(plugin: Plugin): string {
  const [module = ""] = PACKAGES[plugin].split("/cmd/");
  const line = readFileSync(join(moduleOf(plugin), "go.mod"), "utf8")
    .split("\n")
    .map((each) => each.replace(/^require/, "").trim())
    .find((each) => each.startsWith(`${module} v`));
  const version = line?.split(" ")[1];
  if (version === undefined) throw new Error(`go.mod of ${plugin} does not require ${module}`);
  return `${basename(module)}@${version}`;
}

/** Each has a module of its own: its dependencies are those that its vendor pinned. */
function moduleOf(plugin: Plugin): string {
  return join(import.meta.dirname, "../go", plugin);
}

function pathOf(plugin: Plugin): string {
  const hash = createHash("sha256").update(`${run("go", ["version"])}\0${JSON.stringify(BUILD)}\0`);
  for (const file of ["go.mod", "go.sum"])
    hash.update(readFileSync(join(moduleOf(plugin), file))).update("\0");
  const name = basename(PACKAGES[plugin]);
  return join(CACHE, "vendor-plugins", hash.digest("hex").slice(0, 32), name);
}
