import assert from "node:assert/strict";
import { registryStatus } from "@imagecred/e2e";
import { type Clouds, type CloudsOptions, startClouds } from "@imagecred/fake-clouds";
import type { Release } from "./go-build.ts";
import { PATTERNS } from "./identities.ts";
import { KubeletCode, type Login, type Lookup, type ServiceAccount } from "./kubelet-code.ts";
import { configText, type Provider, Scratch } from "./provider-config.ts";

export type Plugin = keyof typeof PATTERNS;
export const PLUGINS = ["ecr", "acr", "gcr"] as const;
export const nameOf = (plugin: Plugin) => `${plugin}-credential-provider`;

/** A provider of ours, by its cloud; name and patterns follow from that. */
export type OurProvider = Partial<Provider> & { readonly plugin: Plugin };

/** A kubelet that sees this machine's files at other paths. */
export interface OtherHost {
  readonly kubelet: KubeletCode;
  /** A text of the configuration, or a path, with the paths as that kubelet names them. */
  readonly localPaths: (text: string) => string;
}

/** A kubelet's code on a node whose network leads to fake clouds. */
export class TestNode implements AsyncDisposable {
  readonly clouds: Clouds;
  readonly kubelet: KubeletCode;
  readonly #localPaths: OtherHost["localPaths"];
  readonly #scratch: Scratch;
  readonly #binDir: string;

  private constructor(clouds: Clouds, host: OtherHost, scratch: Scratch, binDir: string) {
    this.clouds = clouds;
    this.kubelet = host.kubelet;
    this.#localPaths = host.localPaths;
    this.#scratch = scratch;
    this.#binDir = binDir;
  }

  /** @param binDir default directory of our executables, see {@link start} */
  static async make(release: Release, binDir = "", options: CloudsOptions = {}): Promise<TestNode> {
    const kubelet = await KubeletCode.start(release, { PATH: process.env["PATH"], HOME: "/nonexistent" });
    return await TestNode.on({ kubelet, localPaths: (text) => text }, binDir, options);
  }

  /** A node whose kubelet has been started already; the node ends it. @param binDir as this machine names it */
  static async on(host: OtherHost, binDir: string, options: CloudsOptions = {}): Promise<TestNode> {
    return new TestNode(await startClouds(options), host, await Scratch.make(), binDir);
  }

  /** Starts the kubelet, as after a restart, with these providers under the fakes' names and CA. */
  async start(
    providers: readonly OurProvider[],
    {
      accounts = [],
      binDir = this.#binDir,
    }: { readonly accounts?: readonly ServiceAccount[]; readonly binDir?: string } = {},
  ): Promise<void> {
    const local = this.#localPaths;
    const full = providers.map(({ plugin, env = {}, args, ...rest }) => ({
      name: nameOf(plugin),
      matchImages: PATTERNS[plugin],
      env: Object.fromEntries(
        Object.entries({ ...this.clouds.networkEnv(), ...env }).map(([name, value]) => [name, local(value)]),
      ),
      ...(args === undefined ? {} : { args: args.map(local) }),
      ...rest,
    }));
    const config = await this.#scratch.write("config.json", configText(full));
    const { error, registered } = await this.kubelet.register(local(config), local(binDir), accounts);
    assert.equal(error, null);
    assert.equal(registered, providers.length);
  }

  /** A provider whose plugin is the node itself: by its role, managed identity or metadata server. */
  async itself(plugin: Plugin): Promise<OurProvider> {
    const { aws, azure, google } = this.clouds;
    switch (plugin) {
      case "ecr":
        return { plugin, env: await aws.env("imds") };
      case "acr":
        return {
          plugin,
          env: await azure.env("managed-identity"),
          args: [await azure.azureJsonFile("managed-identity")],
        };
      case "gcr":
        return { plugin, env: await google.env("metadata") };
    }
  }

  /** The one credential that was found, after a check that the registry accepts it. */
  async opens(image: string, found: Lookup): Promise<Login> {
    assert.equal(found.error, null);
    const [login, ...others] = found.creds;
    assert.ok(login, `nothing found; the kubelet logged\n${found.log.join("\n")}`);
    assert.deepEqual(others, []);
    assert.equal(await registryStatus(this.clouds, image, login), 200);
    return login;
  }

  /** Number of runs of a plugin, by the kubelet's own counter. */
  async runs(plugin: Plugin): Promise<number> {
    return (await this.kubelet.metrics())[nameOf(plugin)]?.runs ?? 0;
  }

  /** Number of requests to the clouds, without registries. */
  asked(): number {
    return this.clouds.requests.filter(({ service }) => !service.includes("registry")).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kubelet[Symbol.asyncDispose]();
    await this.#scratch[Symbol.asyncDispose]();
    await this.clouds.close();
  }
}
