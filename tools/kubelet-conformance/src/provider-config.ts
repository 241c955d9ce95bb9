import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A provider of a CredentialProviderConfig. */
export interface Provider {
  readonly name: string;
  readonly matchImages: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default `1h`. */
  readonly defaultCacheDuration?: string;
  readonly tokenAttributes?: {
    readonly serviceAccountTokenAudience: string;
    readonly cacheType: "ServiceAccount" | "Token";
    readonly requireServiceAccount: boolean;
    readonly requiredServiceAccountAnnotationKeys?: readonly string[];
    readonly optionalServiceAccountAnnotationKeys?: readonly string[];
  };
}

/** The config's text (JSON, which every kubelet reads). */
export function configText(providers: readonly Provider[]): string {
  return JSON.stringify(
    {
      apiVersion: "kubelet.config.k8s.io/v1",
      kind: "CredentialProviderConfig",
      providers: providers.map(({ env = {}, ...provider }) => ({
        apiVersion: "credentialprovider.kubelet.k8s.io/v1",
        defaultCacheDuration: "1h",
        env: Object.entries(env).map(([name, value]) => ({ name, value })),
        ...provider,
      })),
    },
    null,
    2,
  );
}

/** A test's own directory, removed with it. */
export class Scratch implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Scratch> {
    return new Scratch(await mkdtemp(join(tmpdir(), "imagecred-conformance-")));
  }

  /** Writes a file. @param mode permissions, 0600 unless given @returns its path */
  async write(name: string, content: string, mode = 0o600): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, content, { mode });
    return path;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
