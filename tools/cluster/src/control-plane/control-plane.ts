import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { poll } from "../deadline.ts";
import { WORLD_ADDRESS } from "../world/network.ts";
import { KubeApi } from "./api.ts";
import { Component, tail } from "./component.ts";
import { ClusterAuthority, kubeconfig, type Subject, serviceAccountKeys } from "./pki.ts";

export interface ControlPlaneOptions {
  /** The multi-call file of Kubernetes. */
  readonly kubernetes: string;
  /** Its own directory. */
  readonly directory: string;
  /** `iss` of service account tokens. */
  readonly issuer: string;
}

const SERVER = `https://${WORLD_ADDRESS}:6443`;
const ETCD = "http://127.0.0.1:2379";

/** etcd, API server, controller manager and scheduler, as child processes. */
export class ControlPlane {
  readonly api: KubeApi;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly #options: ControlPlaneOptions;
  readonly #authority: ClusterAuthority;
  readonly #components: Component[] = [];

  private constructor(options: ControlPlaneOptions, authority: ClusterAuthority, api: KubeApi) {
    this.#options = options;
    this.#authority = authority;
    this.api = api;
    this.kubeconfig = join(options.directory, "admin.kubeconfig");
  }

  /** Starts all components and waits until the API server is ready. @throws Error with the log of the one that is not */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { directory } = options;
    for (const name of ["logs", "pki"]) mkdirSync(join(directory, name), { recursive: true });
    const authority = await ClusterAuthority.create();
    const admin = await authority.issue({ name: "kubernetes-admin", group: "system:masters" });
    const plane = new ControlPlane(options, authority, new KubeApi(SERVER, authority, admin));
    writeFileSync(plane.kubeconfig, kubeconfig(SERVER, authority, admin), { mode: 0o600 });
    try {
      await plane.#start();
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** PEM of the authority that clients of the API server and of kubelets trust. */
  get authority(): string {
    return this.#authority.pem;
  }

  /** The kubeconfig of a new client certificate. */
  async kubeconfigFor(subject: Subject): Promise<string> {
    return kubeconfig(SERVER, this.#authority, await this.#authority.issue(subject));
  }

  /** Log files, by component. */
  get logs(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#components.map(({ name, logFile }) => [name, logFile]));
  }

  async stop(): Promise<void> {
    this.api.close();
    for (const component of this.#components.toReversed()) await component.stop();
  }

  async #start(): Promise<void> {
    const { directory, issuer } = this.#options;
    const etcd = this.#run("etcd", [
      `--data-dir=${join(directory, "etcd")}`,
      `--listen-client-urls=${ETCD}`,
      `--advertise-client-urls=${ETCD}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
      // Its data is needed only while the cluster runs.
      "--unsafe-no-fsync",
    ]);
    const keys = serviceAccountKeys();
    const [server, kubelets] = await Promise.all([
      this.#authority.issue({
        name: "kube-apiserver",
        hosts: [WORLD_ADDRESS, "127.0.0.1", "10.96.0.1", "kubernetes", "kubernetes.default.svc"],
      }),
      this.#authority.issue({ name: "kube-apiserver-kubelet-client", group: "system:masters" }),
    ]);
    const file = (name: string, content: string) => {
      const path = join(directory, "pki", name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    const authority = file("ca.crt", this.#authority.pem);
    const tokenKey = file("sa.key", keys.privateKey);
    const apiServer = this.#run("kube-apiserver", [
      `--etcd-servers=${ETCD}`,
      `--advertise-address=${WORLD_ADDRESS}`,
      "--secure-port=6443",
      `--tls-cert-file=${file("apiserver.crt", server.certificate)}`,
      `--tls-private-key-file=${file("apiserver.key", server.key)}`,
      `--client-ca-file=${authority}`,
      `--kubelet-client-certificate=${file("kubelet-client.crt", kubelets.certificate)}`,
      `--kubelet-client-key=${file("kubelet-client.key", kubelets.key)}`,
      "--kubelet-preferred-address-types=InternalIP",
      `--service-account-issuer=${issuer}`,
      `--service-account-signing-key-file=${tokenKey}`,
      `--service-account-key-file=${file("sa.pub", keys.publicKey)}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
    ]);
    await poll({ what: "the API server is ready", seconds: 90, details: () => tail(apiServer.logFile) }, () =>
      Promise.race([this.#ready(), etcd.ends(), apiServer.ends()]),
    );
    const config = async (name: string) => {
      const subject = { name: `system:${name}` };
      return file(`${name}.kubeconfig`, await this.kubeconfigFor(subject));
    };
    this.#run("kube-controller-manager", [
      `--kubeconfig=${await config("kube-controller-manager")}`,
      `--service-account-private-key-file=${tokenKey}`,
      `--root-ca-file=${authority}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
    ]);
    this.#run("kube-scheduler", [`--kubeconfig=${await config("kube-scheduler")}`, "--leader-elect=false"]);
  }

  #run(name: string, args: readonly string[]): Component {
    const { kubernetes, directory } = this.#options;
    const component = new Component({ name, program: kubernetes, args, logs: join(directory, "logs") });
    this.#components.push(component);
    return component;
  }

  /** True if it is ready; undefined if it rejects the request, or does not listen yet. */
  async #ready(): Promise<true | undefined> {
    try {
      await this.api.call("GET", "/readyz");
      return true;
    } catch {
      return undefined;
    }
  }
}
