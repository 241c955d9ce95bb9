/**
 * The Windows executables that we ship, under wine. The file runs twice: outside it prepares the programs, and inside a network
 * namespace it starts wine and the fake clouds.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { KubeletCode, nameOf, PLUGINS, POD, TestNode, WAYS } from "@imagecred/kubelet-conformance";
import { bringUpLoopback, insideNamespace, runInNamespace } from "@imagecred/workspace";
import { WindowsParent } from "../src/parent.ts";
import {
  buildWindowsExecutables,
  prepareWindows,
  type WindowsPrograms,
  whyNoWindows,
} from "../src/programs.ts";
import { networkOf, WindowsMachine, windowsPath, withWindowsPaths } from "../src/windows-machine.ts";

const TIME_LIMIT_MS = 900_000;
/** What the process outside hands to the one inside, as JSON: {@link Handover}. */
const HANDOVER = "IMAGECRED_WINDOWS_TEST";

interface Handover extends WindowsPrograms {
  /** The machine's own network namespace. */
  readonly outside: string;
  /** A directory that both sides and Windows see; `bin` has the executables. */
  readonly scratch: string;
}

if (!insideNamespace()) {
  const skip = (await whyNoWindows("programs are cached")) ?? false;
  test("the Windows executables under wine, in a network namespace", { skip }, async () => {
    const scratch = mkdtempSync(join(tmpdir(), "imagecred-windows-test-"));
    try {
      await buildWindowsExecutables(join(scratch, "bin"));
      const handover: Handover = { ...(await prepareWindows()), outside: networkOf("self"), scratch };
      process.env[HANDOVER] = JSON.stringify(handover);
      process.env["TMPDIR"] = scratch;
      const { exitCode, output } = await runInNamespace(["--test-reporter=spec", import.meta.filename], {
        processes: true,
        timeoutMs: TIME_LIMIT_MS,
      });
      assert.equal(exitCode, 0, output);
      assert.match(output, /pass [1-9]\d/, output);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
} else {
  inside(JSON.parse(process.env[HANDOVER] ?? "") as Handover);
}

function inside({ wine, kubelet, parent, outside, scratch }: Handover): void {
  const bin = join(scratch, "bin");
  const local = (text: string) => withWindowsPaths(text, scratch);

  describe("Windows", { concurrency: 1 }, () => {
    let machine: WindowsMachine;
    let windows: WindowsParent;
    let node: TestNode;

    before(async () => {
      bringUpLoopback([]);
      machine = await WindowsMachine.start(wine, [scratch, join(kubelet, ".."), join(parent, "..")]);
      windows = new WindowsParent(machine, parent);
      const code = KubeletCode.startedBy(machine.command(kubelet), machine.environment());
      node = await TestNode.on({ kubelet: code, localPaths: local }, bin);
    });
    after(async () => {
      machine.assertEnclosed();
      assert.deepEqual(node.clouds.defects, [], "the fakes themselves work");
      await node[Symbol.asyncDispose]();
      await windows[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    });

    test("no packet of a Windows program leaves the namespace", async () => {
      assert.notEqual(networkOf("self"), outside);
      assert.deepEqual(Object.keys(networkInterfaces()), ["lo"]);
      const { port } = new URL(node.clouds.core.proxy.url);
      // Only this namespace's loopback has the fakes: what connects to them is in it.
      assert.equal(await windows.dial(`127.0.0.1:${port}`), "");
      assert.match(await windows.dial("169.254.169.254:80"), /unreachable/);
      assert.match(await windows.dial("192.0.2.1:443"), /unreachable/);
      machine.assertEnclosed();
    });

    for (const { plugin, what, image, setUp } of WAYS) {
      test(`the kubelet's code runs ${plugin}: ${what}`, async () => {
        await node.clouds.reset();
        const { serviceAccount, ...provider } = await setUp(node.clouds);
        await node.start([{ plugin, ...provider }], { accounts: serviceAccount ? [serviceAccount] : [] });
        await node.opens(image, await node.kubelet.lookup(image, serviceAccount === undefined ? {} : POD));
      });
    }
  });
}
