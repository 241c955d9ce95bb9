import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LogEntry, parseKubeletLog } from "./kubelet-log.ts";

export interface KubeletOptions {
  /** The executable with all components of Kubernetes. */
  readonly program: string;
  /** Directory for everything that it writes. */
  readonly directory: string;
  /** Socket of the container runtime. */
  readonly runtimeSocket: string;
  /** CredentialProviderConfig and directory of executables, as its two flags name them. */
  readonly credentialProviderConfig: string;
  readonly credentialProviderBinDir: string;
  readonly env: NodeJS.ProcessEnv;
}

const READ_ONLY_PORT = 10_255;

/** A real kubelet without an API server: it runs the pods of a directory. */
export class Kubelet implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #pods: string;
  readonly #ended: Promise<number | null>;
  #output = "";
  #written = Promise.withResolvers<void>();

  private constructor(child: ChildProcess, pods: string) {
    this.#child = child;
    this.#pods = pods;
    this.#ended = once(child, "close").then(([code]) => code as number | null);
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#output += chunk;
      this.#written.resolve();
      this.#written = Promise.withResolvers();
    });
    void this.#ended.then(() => this.#written.resolve());
  }

  static async start(options: KubeletOptions): Promise<Kubelet> {
    const { directory } = options;
    const pods = join(directory, "pods");
    for (const name of ["pods", "root", "cert", "logs", "volume-plugins"]) {
      await mkdir(join(directory, name), { recursive: true });
    }
    const config = join(directory, "kubelet.json");
    await writeFile(config, JSON.stringify(configuration(options, pods)));
    const args = [
      `--config=${config}`,
      `--root-dir=${join(directory, "root")}`,
      `--cert-dir=${join(directory, "cert")}`,
      `--image-credential-provider-config=${options.credentialProviderConfig}`,
      `--image-credential-provider-bin-dir=${options.credentialProviderBinDir}`,
      "--hostname-override=node-1",
      "--v=5",
    ];
    const child = spawn(options.program, args, {
      // The name of the multi-call file selects the component.
      argv0: "kubelet",
      env: options.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new Kubelet(child, pods);
  }

  /** Everything that it has logged, newest last. */
  get log(): readonly LogEntry[] {
    return parseKubeletLog(this.#output);
  }

  /** Waits until it has logged such an entry. @throws Error if it ends first, or after `seconds` */
  async logged(wanted: (entry: LogEntry) => boolean, what: string, seconds = 30): Promise<LogEntry> {
    const late = AbortSignal.timeout(seconds * 1000);
    const tooLate = once(late, "abort");
    for (;;) {
      const next = this.#written.promise;
      const found = this.log.find(wanted);
      if (found !== undefined) return found;
      if (late.aborted)
        throw new Error(`the kubelet did not log ${what} within ${seconds} s\n${this.tail()}`);
      if (this.#child.exitCode !== null) throw new Error(`the kubelet ended without ${what}\n${this.tail()}`);
      await Promise.race([next, tooLate, this.#ended]);
    }
  }

  /** Puts a static pod that runs this image into its directory. */
  async addPod(name: string, image: string): Promise<void> {
    await writeFile(join(this.#pods, `${name}.json`), JSON.stringify(pod(name, image)));
  }

  /** Removes it, which ends the attempts to pull. */
  async removePod(name: string): Promise<void> {
    await rm(join(this.#pods, `${name}.json`));
  }

  /** Its metrics, in Prometheus's text form. */
  async metrics(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${READ_ONLY_PORT}/metrics`);
    return await response.text();
  }

  /** Rejects when it ends; to race against results of a running one. */
  async ends(): Promise<never> {
    const code = await this.#ended;
    throw new Error(`the kubelet ended with exit code ${code}`);
  }

  /** Waits for its end. @returns the exit code */
  async end(): Promise<number | null> {
    return await this.#ended;
  }

  /** The end of its output, for messages. */
  tail(): string {
    return this.#output.slice(-4000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

function configuration({ directory, runtimeSocket }: KubeletOptions, pods: string): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    staticPodPath: pods,
    containerRuntimeEndpoint: `unix://${runtimeSocket}`,
    podLogsDir: join(directory, "logs"),
    volumePluginDir: join(directory, "volume-plugins"),
    // Only the test can reach the namespace.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    address: "127.0.0.1",
    readOnlyPort: READ_ONLY_PORT,
    healthzPort: 0,
    // No container runs, so nothing needs the kernel's help, and the machine must not change.
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    failCgroupV1: false,
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    evictionHard: { "memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
    // One plugin that hangs must not keep the other pods waiting.
    serializeImagePulls: false,
    registryPullQPS: 0,
  };
}

function pod(name: string, image: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      hostNetwork: true,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "app", image, imagePullPolicy: "Always" }],
    },
  };
}
