import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startClouds } from "@imagecred/fake-clouds";
import { expectFailure, expectSuccess } from "../expect.ts";
import { Subject, type Suite } from "../suite.ts";

const CREDENTIALS = { username: "node@corp", password: "Tr0ub4dor&3:with/odd%characters" };

/** A proxy that requires authentication. */
export const proxy: Suite = ({ scenario, runtime, path }) => {
  const like = scenario.cases.find(({ calls }) => calls.some(({ kind }) => kind === "cloud"));
  if (like === undefined) return;

  describe("a proxy with a password", () => {
    test("gets it from HTTPS_PROXY, and the log does not", async () => {
      await using clouds = await startClouds({ ...scenario.clouds, proxy: { credentials: CREDENTIALS } });
      const subject = new Subject(scenario, runtime, path);
      subject.clouds = clouds;
      expectSuccess(await subject.run({ like }));
      const { stderr } = await subject.run({ like, env: { IMAGECRED_LOG: "debug" } });
      assert.deepEqual(clouds.secrets.findIn(stderr), []);
      assert.ok(clouds.proxied.length >= 2 && clouds.proxied.every(({ outcome }) => outcome === "connected"));
    });

    test("refuses a wrong one: exit 1, the proxy's status, no password", async () => {
      await using clouds = await startClouds({ ...scenario.clouds, proxy: { credentials: CREDENTIALS } });
      const subject = new Subject(scenario, runtime, path);
      subject.clouds = clouds;
      const wrong = clouds.core.proxy.url.replace(/:[^:@]+@/, ":wrong-and-secret@");
      const result = await subject.run({ like, env: { HTTPS_PROXY: wrong } });
      expectFailure(result, scenario.executable, /proxy .*407/);
      assert.doesNotMatch(result.stderr, /wrong-and-secret/);
      assert.equal(clouds.proxied.at(-1)?.outcome, "not-authorized");
    });
  });
};
