/**
 * Runs a real kubelet alone in a network namespace, with working and failing clouds. Run it inside one
 * (see namespace.ts); arguments: a directory to work in, the directory of our executables, the kubelet, the container
 * runtime, and a file for the {@link Account}.
 */
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { registryStatus } from "@imagecred/e2e";
import { refuseEverything, serveMetadataAddress, startClouds } from "@imagecred/fake-clouds";
import { CLOUD } from "@imagecred/workspace";
import { configText } from "../provider-config.ts";
import { ContainerRuntime, type Pull } from "./container-runtime.ts";
import {
  CLOUD_HOSTS,
  CLOUD_PLUGINS,
  IMAGES,
  METADATA_HOSTS,
  MORE_IMAGES,
  nameOf,
  providers,
  SHORT_LIVED_REGISTRY,
  STUBS,
} from "./images.ts";
import { Kubelet } from "./kubelet.ts";
import type { LogEntry } from "./kubelet-log.ts";
import { setUpNode } from "./namespace.ts";
import type { Account, Step } from "./report.ts";

const [directory = "", executables = "", kubeletProgram = "", runtimeProgram = "", accountFile = ""] =
  process.argv.slice(2);

/** Lifetime of every cloud's credential in seconds; the plugins have it cached for somewhat less than half of that. */
const LIFE_SECONDS = 40;

setUpNode({ cloudHosts: CLOUD_HOSTS, metadataHosts: METADATA_HOSTS });
await using clouds = await startClouds({ aws: { expiresIn: LIFE_SECONDS }, listen: { tls: CLOUD } });
clouds.google.instance.tokenSeconds = LIFE_SECONDS;
clouds.azure.addRegistry({
  name: SHORT_LIVED_REGISTRY,
  tenant: clouds.azure.tenantId,
  refreshTokenSeconds: LIFE_SECONDS,
});
await using _metadata = await serveMetadataAddress(clouds);

const binDir = await binDirectory();
const config = join(directory, "credential-provider-config.json");
const content = configText(providers(await clouds.azure.azureJsonFile("managed-identity")));
await writeFile(config, content);
const env = { PATH: process.env["PATH"], SSL_CERT_FILE: clouds.core.caFile };
const runtimeSocket = join(directory, "cri.sock");
await using runtime = await ContainerRuntime.start(runtimeProgram, runtimeSocket, env);
const options = {
  program: kubeletProgram,
  runtimeSocket,
  credentialProviderConfig: config,
  credentialProviderBinDir: binDir,
  env,
};

const refused = {
  "a provider without patterns": await refuses(
    content.replace(/"matchImages": \[[^\]]*\]/, '"matchImages": []'),
    binDir,
  ),
  "an executable that is missing": await refuses(content, directory),
};
await using kubelet = await Kubelet.start({ ...options, directory: join(directory, "kubelet") });
await writeFile(accountFile, JSON.stringify(await day(kubelet), null, 1));
process.exitCode = 0;

async function day(node: Kubelet): Promise<Account> {
  // The one that never responds takes a minute: it runs while everything else goes on.
  const stubs = Promise.all(
    Object.entries(STUBS).map(async ([stub, image]) => {
      const seen = runtime.pulled(image, 150);
      await node.addPod(stub, image);
      const pull = await seen;
      await node.logged(({ text }) => isFailedPull(text, image), `the failed pull of ${image}`);
      await node.removePod(stub);
      return [stub, pull] as const;
    }),
  );
  const images = CLOUD_PLUGINS.map((plugin) => IMAGES[plugin]);

  await refuseEverything(clouds);
  const { pulls } = await step("failing", images);
  for (const image of images) {
    await node.logged(({ text }) => isFailedPull(text, image), `the failed pull of ${image}`);
  }
  for (const index of images.keys()) {
    await node.removePod(`failing-${index}`);
    const removed = ({ text }: LogEntry) =>
      text.startsWith('"SyncLoop REMOVE"') && text.includes(`failing-${index}-`);
    await node.logged(removed, `the end of pod failing-${index}`);
  }
  // Counted now: a kubelet runs the plugin again at each sync of a pod, also between two attempts to pull.
  const failing = { pulls, runs: runsIn(await node.metrics()) };
  await clouds.faults.clear();

  const first = await step("first", images);
  const cached = await step("cached", MORE_IMAGES);
  await Promise.all(first.pulls.map(refusedByRegistry));
  const expired = await step("expired", images);
  const stubPulls = Object.fromEntries(await stubs);
  const leaks = clouds.secrets.findIn(node.log.map(({ text }) => text).join("\n")).map(({ kind }) => kind);
  return {
    failing,
    first,
    cached,
    expired,
    stubs: stubPulls,
    refused,
    leaks,
    log: node.log,
    metrics: await node.metrics(),
    config: { path: config, content },
    defects: clouds.defects.map(String),
  };

  async function step(name: string, wanted: readonly string[]): Promise<Step> {
    const pulls = wanted.map((image) => runtime.pulled(image, 60));
    await Promise.all(wanted.map((image, index) => node.addPod(`${name}-${index}`, image)));
    try {
      return {
        pulls: await Promise.race([Promise.all(pulls), node.ends()]),
        runs: runsIn(await node.metrics()),
      };
    } catch (error) {
      throw new Error(`step ${name}: ${error}\n${node.tail()}`);
    }
  }
}

/** Our executables and the stubs, in one directory as a node has them. */
async function binDirectory(): Promise<string> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  for (const plugin of CLOUD_PLUGINS)
    await symlink(join(executables, nameOf(plugin)), join(bin, nameOf(plugin)));
  const testdata = join(import.meta.dirname, "../../testdata/plugins");
  for (const stub of await readdir(testdata)) await symlink(join(testdata, stub), join(bin, stub));
  return bin;
}

/** A kubelet that is not to start. */
async function refuses(text: string, credentialProviderBinDir: string) {
  const name = `refused-${credentialProviderBinDir === directory ? "executable" : "config"}`;
  await mkdir(join(directory, name));
  const credentialProviderConfig = join(directory, name, "config.json");
  await writeFile(credentialProviderConfig, text);
  await using bad = await Kubelet.start({
    ...options,
    directory: join(directory, name),
    credentialProviderConfig,
    credentialProviderBinDir,
  });
  return { exitCode: await bad.end(), log: bad.log };
}

/** Sends requests to the registry until it no longer accepts the credential of a pull. */
async function refusedByRegistry({ image, username, password }: Pull): Promise<void> {
  const deadline = Date.now() + (LIFE_SECONDS + 20) * 1000;
  while ((await registryStatus(clouds, image.replace(/:v1$/, ""), { username, password })) === 200) {
    if (Date.now() > deadline) throw new Error(`${image}: the first credential is still good`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function runsIn(metrics: string): Record<string, number> {
  const counts = metrics.matchAll(
    /^kubelet_credential_provider_plugin_duration_count\{plugin_name="([^"]+)"\} (\d+)$/gm,
  );
  return Object.fromEntries([...counts].map(([, plugin, count]) => [plugin, Number(count)]));
}

/** The kubelet's log entry about a pull that the container runtime rejected, with or without a credential. */
function isFailedPull(text: string, image: string): boolean {
  return text.startsWith('"PullImage from image service failed"') && text.includes(image);
}
