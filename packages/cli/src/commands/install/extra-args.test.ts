import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mergeExtraArgs } from "./extra-args.ts";

const OURS =
  'KUBELET_EXTRA_ARGS="--image-credential-provider-config=/c --image-credential-provider-bin-dir=/b"\n';
const FLAGS = "--image-credential-provider-config=/c --image-credential-provider-bin-dir=/b";

test("a file of its own, an empty line, and other people's flags", () => {
  assert.equal(mergeExtraArgs("", OURS), OURS);
  assert.equal(mergeExtraArgs("KUBELET_EXTRA_ARGS=\n", OURS), OURS);
  assert.equal(
    mergeExtraArgs("# c\nKUBELET_EXTRA_ARGS='--v=4 --node-ip=1.2.3.4'\nX=y\n", OURS),
    `# c\nKUBELET_EXTRA_ARGS="--v=4 --node-ip=1.2.3.4 ${FLAGS}"\nX=y\n`,
  );
  assert.equal(mergeExtraArgs("X=y", OURS), `X=y\n${OURS}`);
});

test("older flags of ours are replaced, in both spellings", () => {
  const before =
    "KUBELET_EXTRA_ARGS=--image-credential-provider-config /old --v=2 --image-credential-provider-bin-dir=/old\n";
  assert.equal(mergeExtraArgs(before, OURS), `KUBELET_EXTRA_ARGS="--v=2 ${FLAGS}"\n`);
});

test("merging twice changes nothing more", () => {
  const flag = fc.constantFrom(
    "--v=4",
    "--node-ip=::1",
    "--image-credential-provider-config=/x",
    "--max-pods",
    "110",
  );
  fc.assert(
    fc.property(
      fc.array(flag),
      fc.constantFrom('"', "'", ""),
      fc.constantFrom("", "# comment\n", "A=b\n"),
      (flags, quote, head) => {
        const once = mergeExtraArgs(`${head}KUBELET_EXTRA_ARGS=${quote}${flags.join(" ")}${quote}\n`, OURS);
        assert.equal(mergeExtraArgs(once, OURS), once);
        assert.ok(once.startsWith(head));
      },
    ),
  );
});
