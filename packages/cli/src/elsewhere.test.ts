import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { DEFINITIONS } from "./commands/index.ts";
import { bench } from "./testing/run.ts";

describe("on a laptop that is not a Linux node", () => {
  for (const operatingSystem of ["macos", "windows"] as const) {
    const title = { macos: "macOS", windows: "Windows" }[operatingSystem];

    test(`${title}: commands that change a node must run on the node`, async () => {
      using place = bench();
      for (const args of [["install", "dir"], ["install", "--rollback"], ["uninstall"]]) {
        const { code, stdout, stderr } = await place.run(args, { operatingSystem, userId: -1 });
        assert.deepEqual([code, stdout], [1, ""], args.join(" "));
        assert.match(
          stderr,
          new RegExp(
            `^imagecred: (install|uninstall|install --rollback) changes the Linux node on which it runs, but this is ${title}; run it on the node`,
          ),
          args.join(" "),
        );
      }
    });

    test(`${title}: commands that read the kubelet's configuration require a file`, async () => {
      using place = bench();
      for (const args of [["validate"], ["match", "r.io/app"], ["explain", "r.io/app"], ["hash"]]) {
        const { code, stderr } = await place.run(args, { operatingSystem });
        assert.equal(code, 2, args.join(" "));
        assert.match(
          stderr,
          new RegExp(
            `the kubelet's own configuration can be found only on a Linux node, and this is ${title}; give the file`,
          ),
          args.join(" "),
        );
      }
      writeFileSync(
        place.path("config.yaml"),
        "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\n",
      );
      assert.match((await place.run(["validate", "config.yaml"], { operatingSystem })).stdout, /providers/);
    });
  }
});

describe("as a kubectl plugin", () => {
  const invokedAs = "kubectl-imagecred";

  test("usage, examples and errors show the command that was typed", async () => {
    using place = bench();
    const help = await place.run(["--help"], { invokedAs });
    assert.match(help.stdout, /^Usage: kubectl imagecred <command> \[options\]\n/);
    assert.match(help.stdout, /^ {2}kubectl imagecred init --cloud aws/m);
    for (const { name, examples } of DEFINITIONS) {
      const { stdout } = await place.run([name, "--help"], { invokedAs });
      assert.match(stdout, new RegExp(`^Usage: kubectl imagecred ${name} `));
      assert.ok(examples.length > 0);
      assert.doesNotMatch(stdout, /^ {2}(sudo )?imagecred /m);
    }
    const { code, stderr } = await place.run(["validat"], { invokedAs });
    assert.equal(code, 2);
    assert.match(stderr, /^kubectl imagecred: unknown command.*Run "kubectl imagecred --help" for the list/s);
  });
});
