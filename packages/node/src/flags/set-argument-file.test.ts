import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { temporary } from "../testing/temporary.ts";
import { parseArgumentFile } from "./argument-file.ts";
import { planArgumentFile } from "./set-argument-file.ts";

const PATH = "/var/snap/microk8s/current/args/kubelet";
const WANTED = [
  { name: "image-credential-provider-config", value: "/var/snap/microk8s/common/x/config.yaml" },
  { name: "image-credential-provider-bin-dir", value: "/var/snap/microk8s/common/x/bin" },
];
const OURS = `${WANTED.map(({ name, value }) => `--${name}=${value}`).join("\n")}\n`;

/** The file of a snap, shortened: canonical/microk8s, microk8s-resources/default-args/kubelet. */
const STOCK = [
  `--kubeconfig=\${SNAP_DATA}/credentials/kubelet.config`,
  `--cert-dir=\${SNAP_DATA}/certs`,
  "--anonymous-auth=false",
  `--root-dir=\${SNAP_COMMON}/var/lib/kubelet`,
  "",
].join("\n");

function plan(text: string | undefined) {
  using place = temporary();
  if (text !== undefined) place.write(PATH.slice(1), text);
  return planArgumentFile(rootedFiles(nodeFiles, place.path), PATH, WANTED);
}

test("lines are added at the end, and every other line is unchanged", () => {
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    ["the snap's own file", STOCK, `${STOCK}${OURS}`],
    ["no line end at its end", "--v=2", `--v=2\n${OURS}`],
    ["an empty file", "", OURS],
    [
      "comments and blank lines",
      "# own\n\n--v=2 # not a comment\n",
      `# own\n\n--v=2 # not a comment\n${OURS}`,
    ],
    [
      "earlier flags, in both forms and with quotes",
      `--image-credential-provider-config=/old.yaml\n--v=2 '--image-credential-provider-bin-dir' "/old" --x=1\n--y=2\n`,
      `--v=2 --x=1\n--y=2\n${OURS}`,
    ],
    ["underscores", "--image_credential_provider_config=/old.yaml\n--v=2\n", `--v=2\n${OURS}`],
    [
      "commented-out flags are ignored",
      "#--image-credential-provider-config=/old.yaml\n",
      `#--image-credential-provider-config=/old.yaml\n${OURS}`,
    ],
    ["line ends of Windows", "--v=2\r\n--x=1\r\n", `--v=2\r\n--x=1\r\n${OURS}`],
  ];
  for (const [what, before, after] of cases) {
    const planned = plan(before);
    assert.equal(planned.state, "edit", what);
    assert.equal(planned.state === "edit" && planned.content, after, what);
    const again = plan(after);
    assert.equal(again.state, "unchanged", what);
  }
});

test("edits that are not possible are rejected, with the lines to add", () => {
  const absent = plan(undefined);
  assert.equal(absent.state, "refused");
  assert.match(absent.state === "refused" ? absent.reason : "", /does not exist: MicroK8s is not installed/);
  assert.match(
    absent.state === "refused" ? absent.byHand : "",
    /^add --image-credential-provider-config=\S+ and --/,
  );
  // The value is on the next line: without the name it would be a separate word.
  const split = plan("--image-credential-provider-config\n/old.yaml\n--v=2\n");
  assert.equal(split.state, "edit");
});

test("kubelite reads all other flags as before, and the added ones", () => {
  const word = fc.oneof(
    fc.constantFrom("--v=2", "--x", "1", "'--y=a b'", "$SNAP", "#", "--", "''", ...OURS.trim().split("\n")),
    fc.constantFrom("--image-credential-provider-config", "--image_credential_provider_bin_dir=/old", "/old"),
  );
  const line = fc.array(word, { maxLength: 4 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const text = lines.join("\n");
      const planned = plan(text);
      if (planned.state !== "edit") return;
      const names = new Set(WANTED.map(({ name }) => name));
      const read = (from: string) => parseArgumentFile(from, PATH, {});
      const others = (from: string) =>
        read(from)
          .filter(({ name }) => !names.has(name))
          .map(({ name, value }) => `${name}=${value}`);
      assert.deepEqual(others(planned.content), others(text));
      for (const { name, value } of WANTED)
        assert.equal(read(planned.content).findLast((flag) => flag.name === name)?.value, value);
    }),
    { numRuns: 300 },
  );
});
