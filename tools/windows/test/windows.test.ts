/**
 * The Windows executables that we ship, under wine. The file runs twice: outside it prepares the programs, and inside a network
 * namespace it starts wine and the fake clouds.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { KubeletCode, POD, TestNode, WAYS } from "@imagecred/kubelet-conformance";
import { bringUpLoopback, insideNamespace, runInNamespace } from "@imagecred/workspace";
import { type Ended, WindowsParent } from "../src/parent.ts";
import {
  buildWindowsExecutables,
  prepareWindows,
  type WindowsPrograms,
  whyNoWindows,
} from "../src/programs.ts";
import { networkOf, WindowsMachine, windowsPath, withWindowsPaths } from "../src/windows-machine.ts";

const TIME_LIMIT_MS = 900_000;
/** The variable in which the process outside passes a {@link Handover} to the one inside, as JSON. */
const HANDOVER = "IMAGECRED_WINDOWS_TEST";

/** WSAENETUNREACH, for which wine has no text. */
const UNREACHABLE = /#10051|unreachable/;

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
      for (const outside of ["169.254.169.254:80", "192.0.2.1:443"])
        assert.match(await windows.dial(outside), UNREACHABLE);
      machine.assertEnclosed();
    });

    for (const { plugin, what, image, setUp } of WAYS) {
      test(`the kubelet's code runs ${plugin}: ${what}`, async () => {
        await node.clouds.reset();
        const { serviceAccount, ...provider } = await setUp(node.clouds);
        forCmd(provider.env ?? {});
        await node.start([{ plugin, ...provider }], { accounts: serviceAccount ? [serviceAccount] : [] });
        await node.opens(image, await node.kubelet.lookup(image, serviceAccount === undefined ? {} : POD));
      });
    }

    describe("imagecred", () => {
      const binDir = windowsPath(bin);
      const config = join(scratch, "config.yaml");
      /** Runs it in the scratch directory. */
      const imagecred = async (...args: readonly string[]): Promise<Ended> =>
        await windows.run(`${binDir}\\imagecred.exe`, {
          args,
          dir: windowsPath(scratch),
          env: {
            ...node.clouds.networkEnv(),
            ...(await node.clouds.aws.env("imds")),
            NO_COLOR: "1",
            IMAGECRED_LOG: "off",
          },
        });

      before(async () => {
        const env = { ...node.clouds.networkEnv(), ...(await node.clouds.aws.env("imds")) };
        const variables = Object.entries(env).map(
          ([name, value]) => `      - {name: ${name}, value: '${local(value)}'}`,
        );
        writeFileSync(
          config,
          `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages: ["*.dkr.ecr.*.amazonaws.com"]
    defaultCacheDuration: 1h
    env:
${variables.join("\n")}
`,
        );
      });

      for (const [what, place, directory] of [
        ["a Windows path", local(config), binDir],
        ["a relative path", "config.yaml", "bin"],
        ["slashes", local(config).replaceAll("\\", "/"), binDir.replaceAll("\\", "/")],
      ] as const)
        test(`doctor finds the .exe: ${what}`, async () => {
          const { exitCode, stdout, stderr } = await imagecred(
            "doctor",
            IMAGE,
            "--config",
            place,
            "--bin-dir",
            directory,
            "-o",
            "json",
          );
          assert.equal(exitCode, 0, stdout + stderr);
          const { steps } = JSON.parse(stdout) as { steps: readonly { name: string; status: string }[] };
          assert.deepEqual(
            steps.filter(({ status }) => status === "failed"),
            [],
          );
          assert.ok(
            steps.some(({ name }) => name === "registry"),
            stdout,
          );
        });

      test("validate checks the .exe, and finds a Linux file in its place", async () => {
        const good = await imagecred("validate", local(config), "--bin-dir", binDir);
        assert.equal(good.exitCode, 0, good.stdout + good.stderr);
        const wrong = join(scratch, "wrong");
        mkdirSync(wrong);
        copyFileSync("/bin/true", join(wrong, "ecr-credential-provider.exe"));
        const bad = await imagecred("validate", local(config), "--bin-dir", local(wrong));
        assert.equal(bad.exitCode, 1, bad.stdout);
        assert.match(
          bad.stdout,
          /Z:\\.*\\wrong\\ecr-credential-provider\.exe is a Linux executable \(x86_64\)/,
        );
        const missing = await imagecred("validate", local(config), "--bin-dir", "C:\\gone");
        assert.match(missing.stdout, /the directory of the executables, C:\\gone, does not exist/);
      });

      test("validate writes SARIF with file URIs of Windows", async () => {
        const broken = join(scratch, "broken.yaml");
        writeFileSync(broken, "kind: CredentialProviderConfig\n");
        const { stdout } = await imagecred("validate", local(broken), "-o", "sarif");
        const [run] = (
          JSON.parse(stdout) as {
            runs: {
              results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[];
            }[];
          }
        ).runs;
        const uri = run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri;
        assert.equal(uri, `file:///Z:${broken}`);
      });

      test("init's files pass validate, in a directory with a Windows name", async () => {
        const made = await imagecred(
          "init",
          "--cloud",
          "azure",
          "--distribution",
          "aks",
          "--directory",
          "out\\aks",
          "--azure-config",
          "C:\\k\\azure.json",
        );
        assert.equal(made.exitCode, 0, made.stdout + made.stderr);
        const yaml = readFileSync(join(scratch, "out/aks/credential-provider-config.yaml"), "utf8");
        assert.ok(yaml.includes(String.raw`- "C:\\k\\azure.json"`), yaml);
        const checked = await imagecred("validate", "out\\aks\\credential-provider-config.yaml");
        assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr);
      });

      test("get prints the credential that the kubelet would get", async () => {
        const { exitCode, stdout, stderr } = await imagecred(
          "get",
          IMAGE,
          "--config",
          local(config),
          "--bin-dir",
          binDir,
          "-o",
          "json",
        );
        assert.equal(exitCode, 0, stdout + stderr);
        assert.match(stdout, /"AWS"/);
      });
    });
  });
}

const IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:1.0";

/** A credential_process that prints a file: with cmd.exe's command instead of the fakes' Linux one. */
function forCmd({ AWS_CONFIG_FILE: path }: Readonly<Record<string, string>>): void {
  if (path === undefined) return;
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(/cat "(.*)"/, (_, file: string) => `cmd.exe /c type "${windowsPath(file)}"`),
  );
}
