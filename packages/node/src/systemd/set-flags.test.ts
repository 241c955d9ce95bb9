import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { systemdJudge } from "../testing/systemd-judge.ts";
import { type Temporary, temporary } from "../testing/temporary.ts";
import { type FlagPlan, planFlags } from "./set-flags.ts";

const CONFIG = { name: "image-credential-provider-config", value: "/etc/kubernetes/providers.yaml" };
const BIN_DIR = { name: "image-credential-provider-bin-dir", value: "/usr/local/libexec/providers" };
const WANTED = [CONFIG, BIN_DIR];
const OURS = WANTED.map(({ name, value }) => `--${name}=${value}`);

/** The unit of the deb packages (kubernetes/release, cmd/krel/templates/latest/kubeadm/10-kubeadm.conf). */
const KUBEADM = `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;
const KUBECONFIG = [
  "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf",
  "--kubeconfig=/etc/kubernetes/kubelet.conf",
];

function node(files: Readonly<Record<string, string>>): Temporary {
  const place = temporary();
  place.write("usr/lib/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet\n");
  place.write("usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf", KUBEADM);
  for (const [path, content] of Object.entries(files)) place.write(path, content);
  return place;
}

const plan = (place: Temporary): FlagPlan =>
  planFlags(rootedFiles(nodeFiles, place.path), "kubelet.service", WANTED);

interface Case {
  readonly what: string;
  readonly file: string;
  /** The edited file. */
  readonly becomes: string;
  /** The variable's words before the added ones. */
  readonly words: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: "the rpm's default line, and an operator's below it",
    file: 'KUBELET_EXTRA_ARGS=\nKUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 --cloud-provider=external"\n',
    becomes: `KUBELET_EXTRA_ARGS=\nKUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 --cloud-provider=external ${OURS.join(" ")}"\n`,
    words: ["--node-ip=10.0.0.7", "--cloud-provider=external"],
  },
  {
    what: "a continued line",
    file: '# flags\nKUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 \\\n  --cloud-provider=external"\nOTHER=1\n',
    becomes: `# flags\nKUBELET_EXTRA_ARGS="--node-ip=10.0.0.7   --cloud-provider=external ${OURS.join(" ")}"\nOTHER=1\n`,
    words: ["--node-ip=10.0.0.7", "--cloud-provider=external"],
  },
  {
    what: "quotes within quotes",
    file: `KUBELET_EXTRA_ARGS='--node-labels=a=b --register-with-taints="k=v:NoSchedule"'\n`,
    becomes: `KUBELET_EXTRA_ARGS="--node-labels=a=b --register-with-taints=\\"k=v:NoSchedule\\" ${OURS.join(" ")}"\n`,
    words: ["--node-labels=a=b", "--register-with-taints=k=v:NoSchedule"],
  },
  {
    what: "an open quote, which would include the following words",
    file: `KUBELET_EXTRA_ARGS='--node-labels=a=b --register-with-taints="k=v:NoSchedule'\n`,
    becomes: `KUBELET_EXTRA_ARGS="--node-labels=a=b --register-with-taints=k=v:NoSchedule ${OURS.join(" ")}"\n`,
    words: ["--node-labels=a=b", "--register-with-taints=k=v:NoSchedule"],
  },
  {
    what: "a backslash at the end of the value, which systemd reads as an empty word",
    file: "KUBELET_EXTRA_ARGS='--v=2 \\'\n",
    becomes: `KUBELET_EXTRA_ARGS="--v=2 \\"\\" ${OURS.join(" ")}"\n`,
    words: ["--v=2", ""],
  },
  {
    what: "flags of an earlier install, in both spellings",
    file: "KUBELET_EXTRA_ARGS=--image-credential-provider-config /old --v=2 --image_credential_provider_bin_dir=/old\n",
    becomes: `KUBELET_EXTRA_ARGS="--v=2 ${OURS.join(" ")}"\n`,
    words: ["--v=2"],
  },
  {
    what: "no line feed at the end, variable missing",
    file: "HTTPS_PROXY=http://proxy:3128",
    becomes: `HTTPS_PROXY=http://proxy:3128\nKUBELET_EXTRA_ARGS="${OURS.join(" ")}"\n`,
    words: [],
  },
  { what: "an empty file", file: "", becomes: `KUBELET_EXTRA_ARGS="${OURS.join(" ")}"\n`, words: [] },
  {
    what: "a commented-out assignment is ignored",
    file: "#KUBELET_EXTRA_ARGS=--v=9\n",
    becomes: `#KUBELET_EXTRA_ARGS=--v=9\nKUBELET_EXTRA_ARGS="${OURS.join(" ")}"\n`,
    words: [],
  },
  {
    what: "dollars, backticks and a word with a space",
    file: "KUBELET_EXTRA_ARGS=\"--a=\\$x --b=\\`y --c='1 2'\"\n",
    becomes: `KUBELET_EXTRA_ARGS="--a=\\$x --b=\\\`y --c='1 2' ${OURS.join(" ")}"\n`,
    words: ["--a=$x", "--b=`y", "--c=1 2"],
  },
  {
    what: "lines that end in carriage returns",
    file: "KUBELET_EXTRA_ARGS=--v=2\r\nX=1\r\n",
    becomes: `KUBELET_EXTRA_ARGS="--v=2 ${OURS.join(" ")}"\r\nX=1\r\n`,
    words: ["--v=2"],
  },
];

for (const { what, file, becomes, words } of CASES) {
  test(`the edit keeps every word: ${what}`, () => {
    using place = node({ "etc/default/kubelet": file });
    const edit = plan(place);
    assert.ok(edit.state === "edit", JSON.stringify(edit));
    assert.equal(edit.path, "/etc/default/kubelet");
    assert.equal(edit.content, becomes);
    assert.equal(edit.reload, false);
    assert.deepEqual(edit.after, [
      "/usr/bin/kubelet",
      ...KUBECONFIG,
      "--config=/var/lib/kubelet/config.yaml",
      ...words,
      ...OURS,
    ]);
    place.write("etc/default/kubelet", edit.content);
    assert.equal(plan(place).state, "unchanged");
  });
}

test("only the file that the unit reads is edited, even if others exist", () => {
  using place = node({ "etc/sysconfig/kubelet": "KUBELET_EXTRA_ARGS=--v=9\n", "etc/sysconfig/network": "" });
  const edit = plan(place);
  assert.equal(edit.state === "edit" && edit.path, "/etc/default/kubelet");
});

test("kubeadm's own file is not edited, and its settings are kept", () => {
  using place = node({
    "var/lib/kubelet/kubeadm-flags.env": 'KUBELET_KUBEADM_ARGS="--pod-infra-container-image=pause"\n',
  });
  const edit = plan(place);
  assert.ok(edit.state === "edit");
  assert.equal(edit.path, "/etc/default/kubelet");
  assert.ok(edit.after.includes("--pod-infra-container-image=pause"));
});

test("a variable of the unit is copied into the file that replaces it", () => {
  using place = node({
    "etc/systemd/system/kubelet.service.d/20-ip.conf":
      '[Service]\nEnvironment="KUBELET_EXTRA_ARGS=--node-ip=10.0.0.7"\n',
  });
  const edit = plan(place);
  assert.ok(edit.state === "edit");
  assert.equal(edit.path, "/etc/default/kubelet");
  assert.equal(edit.content, `KUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 ${OURS.join(" ")}"\n`);
});

test("a unit without environment files gets the last drop-in", () => {
  using place = temporary();
  place.write(
    "etc/systemd/system/kubelet.service",
    "[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--v=2%%\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n",
  );
  place.write(
    "etc/systemd/system/kubelet.service.d/99-own.conf",
    '[Service]\nEnvironment="KUBELET_EXTRA_ARGS=--v=3%%"\n',
  );
  const edit = plan(place);
  assert.ok(edit.state === "edit", JSON.stringify(edit));
  assert.equal(edit.path, "/etc/systemd/system/kubelet.service.d/zz-90-imagecred.conf");
  assert.equal(edit.content, `[Service]\nEnvironment="KUBELET_EXTRA_ARGS=--v=3%% ${OURS.join(" ")}"\n`);
  assert.equal(edit.reload, true);
});

const REFUSED: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  reason: RegExp,
  byHand: RegExp,
])[] = [
  [
    "a later flag of the command itself wins",
    {
      "etc/systemd/system/kubelet.service.d/20.conf":
        "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS --image-credential-provider-config=/their/own.yaml\n",
    },
    /would not read the flags as intended/,
    /^add --image-credential-provider-config=\S+ --image-credential-provider-bin-dir=\S+ to KUBELET_EXTRA_ARGS in \/etc\/default\/kubelet/,
  ],
  [
    "a command without a variable",
    {
      "etc/systemd/system/kubelet.service.d/20.conf":
        "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --config=/x\n",
    },
    /has no variable for more flags/,
    /to ExecStart= of \/etc\/systemd\/system\/kubelet\.service\.d\/20\.conf$/,
  ],
  [
    "a variable within a word",
    {
      "etc/systemd/system/kubelet.service.d/20.conf":
        "[Service]\nExecStart=\nExecStart=/bin/sh -c 'exec kubelet $KUBELET_EXTRA_ARGS'\n",
    },
    /has no variable/,
    /ExecStart=/,
  ],
  [
    "a masked unit",
    { "etc/systemd/system/kubelet.service": "" },
    /is masked by \/etc\/systemd\/system\/kubelet\.service/,
    /^add /,
  ],
];

for (const [what, files, reason, byHand] of REFUSED) {
  test(`rejected, with the change to make by hand: ${what}`, () => {
    using place = node({ "etc/default/kubelet": "KUBELET_EXTRA_ARGS=--v=2\n", ...files });
    const refused = plan(place);
    assert.ok(refused.state === "refused", JSON.stringify(refused));
    assert.match(refused.reason, reason);
    assert.match(refused.byHand, byHand);
  });
}

test("a missing unit is not an error", () => {
  using place = temporary();
  assert.equal(plan(place).state, "absent");
});

const judge = systemdJudge();
describe("the edited file, read by systemd", {
  skip: typeof judge === "string" ? judge : false,
}, () => {
  if (typeof judge === "string") return;
  after(() => judge[Symbol.dispose]());

  test("all earlier words are kept, and the added flags apply", () => {
    const piece = fc.constantFrom(
      ..."abX=-:,./ \"'\\ \t$`#;%",
      "\\\n",
      '\\"',
      "--v=2 ",
      "--image-credential-provider-config=/old ",
    );
    const value = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(""));
    const line = fc.oneof(
      { weight: 3, arbitrary: value.map((text) => `KUBELET_EXTRA_ARGS=${text}`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom("# comment", "# joined \\", "OTHER=1", "", "KUBELET_EXTRA_ARGS=", "; c"),
      },
    );
    const files = fc.sample(
      fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => `${lines.join("\n")}\n`),
      60,
    );
    using contents = temporary();
    const edits = files.flatMap((file, index) => {
      using place = node({ "etc/default/kubelet": file });
      const edit = plan(place);
      if (edit.state !== "edit") return [];
      const before = contents.write(`${index}.before`, file);
      return [{ file, edit, paths: [before, contents.write(`${index}.after`, edit.content)] }];
    });
    const read = (paths: readonly string[]): readonly (readonly string[])[] => {
      const environments = judge.ask(paths.map((path) => ["env", path]));
      return judge.ask(
        environments.map((all) => {
          const extra = all.filter((one) => one.startsWith("KUBELET_EXTRA_ARGS="));
          return ["expand", "1", "$KUBELET_EXTRA_ARGS", ...extra];
        }),
      );
    };
    const words = read(edits.flatMap(({ paths }) => paths));
    for (const [index, { file, edit }] of edits.entries()) {
      const old = (words[2 * index] ?? []).filter(
        (word, at, all) =>
          !word.startsWith("--image-credential-provider-config") &&
          all[at - 1] !== "--image-credential-provider-config",
      );
      assert.deepEqual(words[2 * index + 1], [...old, ...OURS], JSON.stringify([file, edit.content]));
    }
    const edited = edits.length;
    assert.ok(edited > files.length / 2, `${edited} of ${files.length} were edited`);
  });
});
