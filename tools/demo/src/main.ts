import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { ImageCredentialProviders, readConfig } from "@imagecred/kubelet";
import { nodejsFileSystem } from "@imagecred/kubelet/nodejs";
import { systemClock } from "@imagecred/protocol";
import { crypto, runProgram } from "@imagecred/protocol/runtime";
import { podOf, serviceAccounts } from "./cluster.ts";
import { configuration } from "./configuration.ts";
import { buildPlugins } from "./executables.ts";
import { accountOf } from "./narrate.ts";
import { PULLS } from "./pulls.ts";
import { styleFor } from "./style.ts";

const style = styleFor(process.stdout, process.env);
const { bold, dim } = style;
const scratch = mkdtempSync(join(tmpdir(), "imagecred-demo-"));
try {
  await using clouds = await startClouds();
  await demonstrate(clouds);
} finally {
  rmSync(scratch, { recursive: true });
}

async function demonstrate(clouds: Clouds): Promise<void> {
  console.log(bold("imagecred: from a kubelet's question to a credential, on this machine"));
  const { binDir, runtime } = buildPlugins(join(scratch, "dist"));
  const what =
    runtime === "static"
      ? "static executables"
      : "Node.js single executables (npm run build makes the static ones)";
  console.log(`\nBuilt the three plugins as ${what}.`);
  console.log(
    "Started fake AWS, Azure and Google Cloud on loopback: real sockets, TLS, signatures and tokens checked.",
  );

  const config = join(scratch, "credential-provider-config.yaml");
  writeFileSync(config, configuration(clouds, await clouds.azure.azureJsonFile("managed-identity")));
  const reading = readConfig(config, { fileSystem: nodejsFileSystem, crypto });
  if (reading.config === undefined || !reading.accepted)
    throw new Error(`the kubelet refuses the configuration: ${reading.kubeletError}`);
  console.log(
    `Read the CredentialProviderConfig as kubelet 1.37 does: ${reading.config.providers.length} providers, accepted.\n`,
  );

  let stderr = "";
  const kubelet = new ImageCredentialProviders(reading.config, {
    binDir,
    fileSystem: nodejsFileSystem,
    runProgram,
    clock: systemClock,
    crypto,
    environment: await environment(clouds),
    serviceAccounts: serviceAccounts(clouds),
    onStderr: (text) => {
      stderr += text;
    },
  });
  let runs = 0;
  for (const [index, pull] of PULLS.entries()) {
    stderr = "";
    const found = await kubelet.credentialsFor(
      pull.image,
      pull.serviceAccount === undefined ? undefined : podOf(pull.serviceAccount),
    );
    runs += found.trace.filter(({ execMs }) => execMs !== undefined).length;
    console.log(`${accountOf(index + 1, pull, found, { config: reading.config, stderr, style })}\n`);
  }
  const calls = clouds.requests.length;
  console.log(
    bold(`${PULLS.length} pulls, ${runs} plugin runs, ${calls} calls to the clouds.`),
    dim("No secret was written to disk or printed."),
  );
}

/** Variables that direct the plugins to the fake clouds. A real node's kubelet does not need them. */
async function environment(clouds: Clouds): Promise<Record<string, string>> {
  const [ecr, acr, gcr] = [await clouds.env("ecr"), await clouds.env("acr"), await clouds.env("gcr")];
  return { PATH: "/usr/bin:/bin", ...ecr, ...acr, ...gcr, IMAGECRED_LOG: "json,debug" };
}
