import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  /**
   * Runs helm with directories of its own, so that no setting or plugin of this machine's user counts.
   * @param env in addition; KUBECONFIG for commands that talk to a cluster
   * @returns stdout @throws {ToolError} with helm's output
   */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    const home = mkdtempSync(join(tmpdir(), "imagecred-helm-"));
    try {
      const own = Object.fromEntries(
        ["CACHE", "CONFIG", "DATA"].map((kind) => [`HELM_${kind}_HOME`, join(home, kind.toLowerCase())]),
      );
      mkdirSync(join(home, "config"));
      return run(this.path, args, { env: { HOME: home, KUBECONFIG: undefined, ...own, ...env } });
    } finally {
      rmSync(home, { recursive: true });
    }
  }
}
