import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { temporary } from "../testing/temporary.ts";
import { planOption } from "./set-option.ts";

const WANTED = [
  { name: "image-credential-provider-config", value: "/var/lib/k0s/x/config.yaml" },
  { name: "image-credential-provider-bin-dir", value: "/var/lib/k0s/x/bin" },
];
const OURS = WANTED.map(({ name, value }) => `--${name}=${value}`).join(" ");
const UNITS = ["k0sworker.service", "k0scontroller.service"];

/** As k0s install writes it, shortened. */
const unit = (command: string) => `[Unit]
Description=k0s - Zero Friction Kubernetes
ConditionFileIsExecutable=/usr/local/bin/k0s

[Service]
StartLimitBurst=10
ExecStart=${command}
Delegate=yes

[Install]
WantedBy=multi-user.target
`;

function plan(files: Readonly<Record<string, string>>) {
  using place = temporary();
  for (const [path, content] of Object.entries(files)) place.write(path, content);
  return planOption(rootedFiles(nodeFiles, place.path), UNITS, "kubelet-extra-args", WANTED);
}

const AT = "etc/systemd/system/k0sworker.service";

test("the option is added to the unit's command, and nothing else changes", () => {
  const k0s = "/usr/local/bin/k0s worker";
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    [
      "without the option",
      `${k0s} --token-file=/etc/k0s/token`,
      `${k0s} --token-file=/etc/k0s/token "--kubelet-extra-args=${OURS}"`,
    ],
    [
      "as k0s install quotes it",
      `${k0s} "--kubelet-extra-args=--v=2 --node-ip=10.0.0.7" --token-file=/etc/k0s/token`,
      `${k0s} "--kubelet-extra-args=--v=2 --node-ip=10.0.0.7 ${OURS}" --token-file=/etc/k0s/token`,
    ],
    [
      "quoted by hand",
      `${k0s} --kubelet-extra-args="--v=2" --debug`,
      `${k0s} "--kubelet-extra-args=--v=2 ${OURS}" --debug`,
    ],
    [
      "its value as a separate word",
      `${k0s} --kubelet-extra-args '--v=2' --debug`,
      `${k0s} "--kubelet-extra-args=--v=2 ${OURS}" --debug`,
    ],
    [
      "earlier paths",
      `${k0s} --kubelet-extra-args="--image-credential-provider-config=/old --v=2"`,
      `${k0s} "--kubelet-extra-args=--v=2 ${OURS}"`,
    ],
    [
      "a continued line",
      `${k0s} \\\n  --kubelet-extra-args="--v=2" \\\n  --debug`,
      `${k0s} \\\n  "--kubelet-extra-args=--v=2 ${OURS}" \\\n  --debug`,
    ],
    [
      "a continued line without it",
      `${k0s} \\\n  --debug`,
      `${k0s} \\\n  --debug "--kubelet-extra-args=${OURS}"`,
    ],
  ];
  for (const [what, before, after] of cases) {
    const planned = plan({ [AT]: unit(before) });
    assert.equal(planned.state, "edit", what);
    assert.equal(planned.state === "edit" && planned.content, unit(after), what);
    assert.equal(planned.state === "edit" && planned.reload, true);
    assert.equal(plan({ [AT]: unit(after) }).state, "unchanged", what);
  }
});

test("a command in a drop-in is edited there; a controller with a worker is found", () => {
  const dropIn = "etc/systemd/system/k0scontroller.service.d/own.conf";
  const planned = plan({
    "etc/systemd/system/k0scontroller.service": unit("/usr/local/bin/k0s controller"),
    [dropIn]: "[Service]\nExecStart=\nExecStart=/usr/local/bin/k0s controller --enable-worker\n",
  });
  assert.equal(planned.state, "edit");
  assert.equal(planned.state === "edit" && planned.path, `/${dropIn}`);
});

test("a command that would not be read back as intended is rejected, with the words to write", () => {
  assert.equal(plan({}).state, "absent");
  const variable = plan({ [AT]: unit(`/usr/local/bin/k0s worker --kubelet-extra-args="--v=2 \${MORE}"`) });
  assert.equal(variable.state, "refused");
  assert.match(
    variable.state === "refused" ? variable.byHand : "",
    /--kubelet-extra-args="--image-credential/,
  );
});
