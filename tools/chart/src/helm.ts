import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type GoProgram, GoPrograms, notInstalled, run } from "@imagecred/workspace";

const go = new GoPrograms(join(import.meta.dirname, "../go"));

const HELM: GoProgram = { name: "helm", module: "helm", package: "helm.sh/helm/v4/cmd/helm" };

/** Why there is no helm, and none can be built, or undefined. Building takes three minutes of a processor. */
export async function whyNoHelm(
  condition: "helm is cached" | "helm may be built",
): Promise<string | undefined> {
  const missing = notInstalled("go");
  if (missing !== undefined || condition === "helm may be built") return missing;
  return (await go.cached(HELM)) === undefined
    ? "helm is not in the cache yet (npm run generate -w tools/chart builds it)"
    : undefined;
}

/** Helm, pinned in go/helm/go.mod. */
export class Helm {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Builds helm unless it is cached. @throws {ToolError} with the compiler's output */
  static async get(): Promise<Helm> {
    return new Helm(await go.build(HELM));
  }

  /** Runs helm. @returns stdout @throws {ToolError} with helm's output */
  run(args: readonly string[]): string {
    using home = helmHome();
    return run(this.path, args, { env: home.env });
  }

  /**
   * Runs helm against a cluster, without keeping this process from its other work.
   * @returns stdout @throws Error with helm's output
   */
  async runIn(kubeconfig: string, args: readonly string[]): Promise<string> {
    using home = helmHome();
    const env = { ...process.env, ...home.env, KUBECONFIG: kubeconfig };
    return (await promisify(execFile)(this.path, [...args], { env })).stdout;
  }
}

/** Directories for one run of helm, so that no setting or plugin of this machine's user counts. */
function helmHome(): Disposable & { readonly env: Readonly<Record<string, string | undefined>> } {
  const home = mkdtempSync(join(tmpdir(), "imagecred-helm-"));
  const own = ["CACHE", "CONFIG", "DATA"].map((kind) => [
    `HELM_${kind}_HOME`,
    join(home, kind.toLowerCase()),
  ]);
  return {
    env: { HOME: home, KUBECONFIG: undefined, ...Object.fromEntries(own) },
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
}
