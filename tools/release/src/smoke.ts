import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { findOnPath, ownPlatform } from "@imagecred/workspace";
import { type Flavor, type Program, suffixOf } from "./assets.ts";
import type { Built } from "./tree.ts";

/** How to start a flavor's executables on this machine: nothing in front, or an emulator. */
type Runner = { readonly prefix: readonly string[] } | { readonly impossible: string };

/** Where an arm64 system's libraries are, for the Node executables; the static ones need none. */
const ARM64_LIBRARIES = ["/usr/aarch64-linux-gnu"];

/**
 * Every plugin of a flavor answers a whole request against the fake clouds, over TLS and under the clouds' real names.
 * @returns what was seen, or why nothing could be. @throws when an executable does not answer
 */
export async function smokeTest(built: readonly Built[], flavor: Flavor): Promise<string> {
  const runner = runnerFor(flavor);
  if ("impossible" in runner) return `not run here: ${runner.impossible}`;
  await using clouds = await startClouds();
  for (const { program, path } of built) {
    await answers(`${program} ${suffixOf(flavor)}`, await requestFor(clouds, program), [
      ...runner.prefix,
      path,
    ]);
  }
  return `${built.length} executables answered${runner.prefix.length > 0 ? ` under ${runner.prefix[0]}` : ""}`;
}

function runnerFor({ os, arch, runtime }: Flavor): Runner {
  if (os !== process.platform) return { impossible: `this is not ${os}` };
  if (arch === ownPlatform().arch) return { prefix: [] };
  const emulator = arch === "arm64" ? "qemu-aarch64-static" : "qemu-x86_64-static";
  if (findOnPath(emulator) === undefined)
    return { impossible: `no ${emulator} (Debian package qemu-user-static)` };
  if (runtime === "static") return { prefix: [emulator] };
  const libraries = ARM64_LIBRARIES.find((directory) => existsSync(`${directory}/lib/libstdc++.so.6`));
  if (libraries === undefined)
    return { impossible: "no arm64 libraries (Debian package libstdc++6-arm64-cross)" };
  return { prefix: [emulator, "-L", libraries] };
}

async function answers(name: string, request: SmokeRequest, command: readonly string[]): Promise<void> {
  const [file = "", ...prefix] = command;
  const child = spawn(file, [...prefix, ...request.args], {
    env: { PATH: "/usr/bin:/bin", IMAGECRED_TIMEOUT: "50s", ...request.env },
  });
  child.stdin.end(request.stdin);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0 || !request.expected.test(stdout)) {
    throw new Error(`${name} did not answer (exit ${code}): ${stderr}${stdout.slice(0, 200)}`);
  }
}

interface SmokeRequest {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly expected: RegExp;
}

async function requestFor(clouds: Clouds, program: Program): Promise<SmokeRequest> {
  const ask = (image: string) =>
    JSON.stringify({
      kind: "CredentialProviderRequest",
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      image,
    });
  switch (program) {
    case "ecr-credential-provider":
      return {
        args: [],
        env: await clouds.env("ecr"),
        stdin: ask("123456789012.dkr.ecr.us-west-2.amazonaws.com/app"),
        expected: /"username":"AWS","password":"[^"]{50,}"/,
      };
    case "acr-credential-provider":
      return {
        args: [await clouds.azure.azureJsonFile("managed-identity")],
        env: await clouds.env("acr"),
        stdin: ask("myreg.azurecr.io/app"),
        expected: /"username":"00000000-0000-0000-0000-000000000000","password":"[^"]{50,}"/,
      };
    case "gcr-credential-provider":
      return {
        args: ["get-credentials"],
        env: await clouds.env("gcr"),
        stdin: ask("us-docker.pkg.dev/project/repo/app"),
        expected: /"username":"_token","password":"[^"]{50,}"/,
      };
    case "imagecred":
      return { args: ["--version"], env: {}, stdin: "", expected: /^imagecred \d+\.\d+\.\d+/ };
  }
}
