import { RELEASES, type Release } from "./go-build.ts";
import { KubeletCode } from "./kubelet-code.ts";

export { NEWEST, RELEASES, type Release } from "./go-build.ts";

/** The kubelet's code of every release, each in its own process. */
export class EveryKubelet implements AsyncDisposable {
  readonly #kubelets: ReadonlyMap<Release, KubeletCode>;

  private constructor(kubelets: ReadonlyMap<Release, KubeletCode>) {
    this.#kubelets = kubelets;
  }

  /** In sequence, so that builds do not compete for the machine. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<EveryKubelet> {
    const kubelets = new Map<Release, KubeletCode>();
    for (const release of RELEASES) kubelets.set(release, await KubeletCode.start(release, env));
    return new EveryKubelet(kubelets);
  }

  of(release: Release): KubeletCode {
    const kubelet = this.#kubelets.get(release);
    if (kubelet === undefined) throw new Error(`no kubelet of ${release}`);
    return kubelet;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kubelet of this.#kubelets.values()) await kubelet[Symbol.asyncDispose]();
  }
}
