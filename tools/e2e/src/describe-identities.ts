import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { executables } from "@imagecred/workspace";
import { expectSuccess } from "./expect.ts";
import { registryStatus } from "./registry-client.ts";
import { kubeletRequest, parseResponse } from "./request.ts";
import { runPlugin } from "./run-plugin.ts";
import type { Inputs } from "./scenario.ts";

/** A way to get a credential that the suites of {@link describePlugin} do not cover. */
export interface Way extends Inputs {
  /** Default: the image of all ways. */
  readonly image?: string;
  /** Key of the response. Default: the image's registry host. */
  readonly key?: string;
  /** The image that the credential must be able to pull, if it is another one (a mirror's target). */
  readonly opens?: string;
}

export interface Ways {
  /** File name in `dist/`. */
  readonly executable: string;
  readonly image: string;
  readonly ways: Readonly<Record<string, (clouds: Clouds) => Promise<Way>>>;
}

/** Tests every way with every runtime's executable: rarely used parts load on demand and must be in the file. */
export function describeIdentities({ executable: name, image: usualImage, ways }: Ways): void {
  for (const executable of executables(name)) {
    const title = `${name} (${executable.runtime})`;
    if (executable.skipped !== undefined) {
      test(title, { skip: executable.skipped }, () => {});
      continue;
    }
    describe(title, () => {
      let clouds: Clouds;
      before(async () => {
        clouds = await startClouds();
      });
      afterEach(() => clouds.reset());
      after(() => clouds.close());
      for (const [what, setUp] of Object.entries(ways)) {
        test(`${what}: a credential that opens the registry, and no secret in the log`, async () => {
          const {
            args = [],
            env = {},
            request = {},
            image = usualImage,
            key,
            opens = image,
          } = await setUp(clouds);
          const stdin = kubeletRequest(image, request);
          const run = (level: string) =>
            runPlugin(executable.path, {
              args,
              stdin,
              env: { ...clouds.networkEnv(), ...env, IMAGECRED_LOG: level },
            });
          const result = await run("warn");
          expectSuccess(result);
          const { auth = {} } = parseResponse(result.stdout);
          const login = auth[key ?? image.slice(0, image.indexOf("/"))];
          assert.ok(login !== undefined, `keys ${Object.keys(auth)}`);
          assert.equal(await registryStatus(clouds, opens, login), 200);
          const { stderr } = await run("debug");
          assert.notEqual(stderr, "");
          assert.deepEqual(clouds.secrets.findIn(stderr), []);
          assert.deepEqual(clouds.defects, []);
        });
      }
    });
  }
}
