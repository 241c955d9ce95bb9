/**
 * The kubelet's cache, by its rules (packages/kubelet), with the executables: the credential cached for one image must not be
 * used for an image that needs another identity.
 */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { after, describe, test } from "node:test";
import { executables, identityMapFile } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { type CredentialProvider, ImageCredentialProviders } from "@imagecred/kubelet";
import { nodejsFileSystem } from "@imagecred/kubelet/nodejs";
import { systemClock } from "@imagecred/protocol";
import { crypto, runProgram } from "@imagecred/protocol/runtime";

const clouds = await startClouds();
after(() => clouds.close());
const { google } = clouds;

const puller = (project: string) => `puller@${project}.iam.gserviceaccount.com`;
for (const project of ["team-a", "team-b"])
  google.accounts.add({ email: puller(project), impersonators: [`serviceAccount:${google.email("node")}`] });

const NAME = "gcr-credential-provider";
const A = "us-docker.pkg.dev/team-a/repo/app";
const A2 = "us-docker.pkg.dev/team-a/repo/other";
const B = "us-docker.pkg.dev/team-b/repo/app";
const ELSEWHERE = "europe-docker.pkg.dev/team-a/repo/app";

/** A kubelet that has just started. @returns the owner of the credential that an image is pulled with */
async function kubelet(binDir: string, ...args: readonly string[]) {
  const provider: CredentialProvider = {
    name: NAME,
    matchImages: ["*.pkg.dev"],
    defaultCacheDuration: 600_000_000_000n,
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    args,
    env: null,
    tokenAttributes: null,
  };
  let runs = 0;
  const providers = new ImageCredentialProviders(
    { providers: [provider] },
    {
      binDir,
      fileSystem: nodejsFileSystem,
      runProgram: (request) => {
        runs++;
        return runProgram(request);
      },
      clock: systemClock,
      crypto,
      environment: { ...clouds.networkEnv(), ...(await google.env("metadata")), HOME: "/nonexistent" },
    },
  );
  const pull = async (image: string): Promise<string | undefined> => {
    const { credentials } = await providers.credentialsFor(image);
    const grant = await google.check(credentials[0]?.password.reveal() ?? "");
    return grant?.principal.replace("serviceAccount:", "");
  };
  return { pull, runs: () => runs };
}

for (const executable of executables(NAME)) {
  const title = `a kubelet with ${NAME} (${executable.runtime})`;
  if (executable.skipped !== undefined) {
    test(title, { skip: executable.skipped }, () => {});
    continue;
  }
  const binDir = dirname(executable.path);

  describe(title, () => {
    test("{project}: each project's images with that project's account, regardless of earlier pulls", async () => {
      const { pull, runs } = await kubelet(binDir, `--impersonate-service-account=${puller("{project}")}`);
      assert.equal(await pull(A), puller("team-a"));
      assert.equal(await pull(B), puller("team-b"));
      assert.equal(await pull(A), puller("team-a"));
      assert.equal(await pull(A2), puller("team-a"));
      // The second pull of an image uses the cache; another image of the same project does not.
      assert.equal(runs(), 3);
    });

    test("an entry with a path: the credential of the host's other images is not used for it, in either order", async () => {
      const file = await identityMapFile(
        clouds,
        `registries: [us-docker.pkg.dev/team-a/]\ngoogle: {impersonateServiceAccount: "${puller("team-a")}"}`,
      );
      for (const order of [
        [A, B],
        [B, A],
      ]) {
        const { pull } = await kubelet(binDir, "--identities", file);
        for (const image of order)
          assert.equal(await pull(image), image === A ? puller("team-a") : google.email("node"));
      }
    });

    test("an entry for a host: only the credential cached for that host is used", async () => {
      const file = await identityMapFile(
        clouds,
        `registries: [us-docker.pkg.dev]\ngoogle: {impersonateServiceAccount: "${puller("team-a")}"}`,
      );
      const { pull, runs } = await kubelet(binDir, "--identities", file);
      assert.equal(await pull(ELSEWHERE), google.email("node"));
      assert.equal(await pull(A), puller("team-a"));
      assert.equal(await pull(B), puller("team-a"));
      assert.equal(runs(), 2);
    });

    test("without either, one run is enough for the node", async () => {
      const { pull, runs } = await kubelet(binDir);
      for (const image of [A, B, ELSEWHERE]) assert.equal(await pull(image), google.email("node"));
      assert.equal(runs(), 1);
    });
  });
}
