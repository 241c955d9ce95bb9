import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scriptedTransport } from "@imagecred/protocol/testing";
import { doctor, event, options, statuses, stepOf } from "../../testing/doctor.ts";
import { assertGolden } from "../../testing/golden.ts";
import { putKubelet } from "../../testing/kubelet-process.ts";
import { answer, PLACES, putConfig, putPlugin } from "../../testing/plugins.ts";
import { bench, NOW, type RunOptions } from "../../testing/run.ts";

test("a pull that works, up to the registry's response", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(
    place,
    "p",
    [
      `test "$IMAGECRED_LOG" = json,debug || exit 9`,
      event("identity-entry", { file: "/etc/identities.yaml", entry: "identities[2]" }, "info"),
      event("identity-unavailable", { source: "environment", reason: "no key" }),
      event("http", {
        service: "Cloud",
        operation: "Token",
        method: "POST",
        url: "https://cloud.example/token",
        status: 503,
        ms: 12,
      }),
      event("retry", { because: "status 503", attempt: 1, waitMs: 40 }),
      event("http", {
        service: "Cloud",
        operation: "Token",
        method: "POST",
        url: "https://cloud.example/token",
        status: 200,
        ms: 7,
      }),
      event("identity", { source: "metadata", principal: "role node" }, "info"),
      answer({ "r.example": ["user", "right-password"] }),
    ].join("\n"),
  );
  const document = await doctor(place, "r.example/team/app:v1");
  assert.deepEqual(statuses(document), [
    "configuration ok",
    "image ok",
    "match ok",
    "executable ok",
    "plugin ok",
    "credential ok",
    "registry ok",
    "manifest ok",
  ]);
  assert.deepEqual([document.code, document.status], [0, "ok"]);
  assert.deepEqual(
    stepOf(document, "plugin")?.details.map(({ status, message, ms }) => [status, message, ms]),
    [
      ["ok", "/etc/identities.yaml: identities[2]", null],
      ["skipped", "not environment: no key", null],
      ["warning", "Cloud Token: POST https://cloud.example/token: 503", 12],
      ["warning", "retried after 40 ms because of status 503", null],
      ["ok", "Cloud Token: POST https://cloud.example/token: 200", 7],
      ["ok", "identity: metadata, role node", null],
    ],
  );
  const human = await place.run(["doctor", "r.example/team/app:v1", ...PLACES], options());
  assert.ok(!(human.stdout + JSON.stringify(document)).includes("right-password"));
  assertGolden("doctor", human.stdout.replaceAll(/\d+ ms\)/g, "N ms)").replaceAll(place.root, ""));
});

test("each step that can fail", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example", "*.r.example"] });
  const stops = async (image: string, args: readonly string[] = [], more?: RunOptions) => {
    const document = await doctor(place, image, args, more);
    const bad = document.steps.find(({ status }) => status === "failed");
    assert.equal(document.code, bad === undefined ? 0 : 1);
    if (bad !== undefined) assert.equal(document.summary, `The pull fails at "${bad.name}".`);
    return `${bad?.name}: ${bad?.message}`;
  };
  assert.match(
    await stops("r.example/a"),
    /^executable: \S+\/opt\/bin\/p: there is no directory \S+\/opt\/bin$/,
  );
  putPlugin(place, "p", "exit 0", 0o644);
  assert.match(await stops("r.example/a"), /^executable: .*not executable; the kubelet would not start/);
  putPlugin(place, "p", `${event("the cloud message no; ask for the role", {}, "error")}; exit 1`);
  assert.equal(await stops("r.example/a"), "plugin: the cloud message no; ask for the role");
  putPlugin(place, "p", "echo plain words >&2; exit 4");
  assert.match(await stops("r.example/a"), /^plugin: .*exit status 4: plain words$/);
  putPlugin(place, "p", answer({ "other.example": ["user", "x"] }));
  assert.equal(
    await stops("r.example/a"),
    "credential: no key of the response matches this image: other.example",
  );
  putPlugin(place, "p", answer({}));
  assert.equal(await stops("r.example/a"), "credential: the response has no credential");
  putPlugin(place, "p", answer({ "r.example": ["user", "wrong-password"] }));
  assert.match(await stops("r.example/a"), /^manifest: 401: the registry does not accept the credential/);
  putPlugin(place, "p", answer({ "r.example": ["user", "right-password"] }));
  assert.match(
    await stops("r.example/a", [], { env: { PATH: "/usr/bin:/bin" } }),
    /^registry: r\.example: the name r\.example could not be resolved/,
  );
  const missing = scriptedTransport(() => ({ status: 404 }));
  assert.match(
    await stops("r.example/a:v9", [], { ...options(), transport: missing }),
    /^manifest: 404: .*a:v9 does not exist/,
  );
  assert.equal(await stops("r.example/a", ["--no-registry"]), "undefined: undefined");
  assert.match(await stops("R.example/UPPER"), /^image: the kubelet rejects the image name/);
  putConfig(place, { name: "p", match: [] });
  assert.match(await stops("r.example/a"), /^configuration: the kubelet would not start with config\.yaml/);
});

test("a mistake on the command line is reported as such, with its own fix", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(place, "p", answer({ "r.example": ["user", "right-password"] }));
  writeFileSync(place.path("text"), "no token");
  mkdirSync(place.path("directory"));
  execFileSync("mkfifo", [place.path("fifo")]);
  const token = /kubectl create token SERVICE_ACCOUNT/;
  for (const [args, name, message, fix] of [
    [["--token-file", "gone"], "pod token", /^reading the token file gone: no such file/, token],
    [["--token-file", "directory"], "pod token", /^reading the token file directory: is a directory/, token],
    [["--token-file", "fifo"], "pod token", /wait for a writer/, token],
    [["--token-file", "text"], "pod token", /^text is not a JSON Web Token/, token],
    [["--env-from", "kubelet"], "environment", /no kubelet runs here/, undefined],
  ] as const) {
    const { steps, code } = await doctor(place, "r.example/a", args);
    assert.equal(code, 1);
    assert.deepEqual(
      steps.map((one) => one.name),
      [name],
      args.join(" "),
    );
    assert.match(steps[0]?.message ?? "", message);
    if (fix === undefined) assert.equal(steps[0]?.fix, null);
    else assert.match(steps[0]?.fix ?? "", fix);
  }
  chmodSync(place.path("opt/bin/p"), 0o777);
  const unsafe = await doctor(place, "r.example/a", ["-c", "/config.yaml", "-b", "/opt/bin"]);
  assert.deepEqual([unsafe.steps[0]?.name, unsafe.steps.length], ["executable", 1]);
  assert.match(unsafe.steps[0]?.fix ?? "", /^chown root:root and chmod go-w \/opt\/bin\/p, or run this/);
});

test("an invalid proxy variable is reported with the variable's name", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(place, "p", answer({ "r.example": ["user", "right-password"] }));
  for (const [value, said] of [
    ["ftp://proxy", /HTTPS_PROXY is a ftp:\/\/ proxy; supported are http/],
    ["http://", /HTTPS_PROXY is not a URL/],
    ["::bad", /HTTPS_PROXY is not a URL/],
  ] as const) {
    const env = { PATH: "/usr/bin:/bin", HTTPS_PROXY: value };
    const document = await doctor(place, "r.example/a", [], { ...options(), env });
    const step = stepOf(document, "registry");
    assert.deepEqual([step?.status, document.code], ["failed", 1]);
    assert.match(step?.message ?? "", said);
    assert.equal(step?.fix, "correct the variable in the environment of this shell, and restart it");
  }
});

test("a credential that the registry echoes in its error is redacted", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(place, "p", answer({ "r.example": ["user", "echoed-password-1"] }));
  const echoing = scriptedTransport(({ headers }) =>
    headers["authorization"] === undefined
      ? { status: 401, headers: { "www-authenticate": "Basic" } }
      : { status: 403, body: { errors: [{ code: "DENIED", message: "bad password echoed-password-1" }] } },
  );
  for (const format of ["human", "json"]) {
    const ran = await place.run(["doctor", "r.example/a", ...PLACES, "-o", format], {
      ...options(),
      transport: echoing,
    });
    assert.match(ran.stdout, /DENIED bad password \[redacted\]/);
    assert.ok(!ran.stdout.includes("echoed-password-1"));
  }
});

test("an image without a matching provider is a warning, and its registry is still contacted", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["q.example", "r.example/team/"] });
  putPlugin(place, "p", "exit 1");
  const open = scriptedTransport(() => ({
    status: 200,
    headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` },
  }));
  const fine = await doctor(place, "r.example/a", [], { ...options(), transport: open });
  assert.deepEqual([fine.code, fine.status], [0, "warning"]);
  assert.deepEqual(
    stepOf(fine, "match")?.details.map(({ message }) => message),
    [
      "p: r.example/team/: the image's path is /a and does not begin with /team/",
      'p: q.example: label 1 is "r", not "q"',
    ],
  );
  const closed = await doctor(place, "r.example/a");
  assert.deepEqual([closed.code, stepOf(closed, "registry")?.status], [1, "failed"]);
});

test("a provider that fails is a warning if another one has the credential", async () => {
  using place = bench();
  putConfig(place, { name: "failed", match: ["r.example"] }, { name: "ok", match: ["r.example"] });
  putPlugin(place, "failed", "exit 1");
  putPlugin(place, "ok", answer({ "r.example": ["user", "right-password"] }));
  const document = await doctor(place, "r.example/a");
  assert.deepEqual(statuses(document).slice(4), [
    "plugin failed warning",
    "plugin ok ok",
    "credential ok",
    "registry ok",
    "manifest ok",
  ]);
  assert.equal(document.code, 0);
});

test("credentials are tried in turn, as the kubelet does", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(
    place,
    "p",
    answer({ "r.example/a": ["user", "wrong-password"], "r.example": ["user", "right-password"] }),
  );
  const document = await doctor(place, "r.example/a/b");
  assert.deepEqual([document.code, stepOf(document, "manifest")?.status], [0, "ok"]);
});

test("a plugin that leaves a process running with its output open", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(
    place,
    "p",
    `sleep 30 & echo $! > ${place.path("pid")}\n${answer({ "r.example": ["user", "right-password"] })}`,
  );
  const document = await doctor(place, "r.example/a", ["--no-registry"]);
  assert.ok(
    stepOf(document, "plugin")?.details.some(
      ({ status, message }) => status === "warning" && message.startsWith("it left a process running"),
    ),
  );
  const { readFileSync } = await import("node:fs");
  process.kill(Number(readFileSync(place.path("pid"), "utf8")), "SIGKILL");
});

test("a configuration that changed after the kubelet started", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(place, "p", answer({ "r.example": ["user", "right-password"] }));
  // Started 600 s after boot.
  putKubelet(place, 7, {
    words: [
      "kubelet",
      `--image-credential-provider-config=${place.path("config.yaml")}`,
      "--image-credential-provider-bin-dir=/opt/bin",
    ],
    startTicks: 60_000,
  });
  const started = Math.floor(NOW / 1000);
  writeFileSync(place.path("proc/stat"), `cpu 1 2 3\nbtime ${started - 600}\nprocesses 9\n`);
  const status = async (secondsAfterStart: number) => {
    utimesSync(place.path("config.yaml"), started + secondsAfterStart, started + secondsAfterStart);
    return stepOf(
      await doctor(place, "r.example/a", ["--no-registry", "--env-from", "shell"]),
      "configuration",
    );
  };
  assert.equal((await status(-60))?.status, "ok");
  const stale = await status(60);
  assert.equal(stale?.status, "warning");
  assert.match(
    stale?.details[0]?.message ?? "",
    /config\.yaml changed after the kubelet started \(process 7\)/,
  );
  assert.match(stale?.fix ?? "", /restart the kubelet/);
});

test("a wrong clock is detected by the registry's Date header", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  putPlugin(place, "p", answer({ "r.example": ["user", "right-password"] }));
  const transport = scriptedTransport(() => ({
    status: 200,
    headers: { date: "Tue, 24 Nov 2026 09:00:00 GMT" },
  }));
  const document = await doctor(place, "r.example/a", [], { ...options(), transport });
  assert.equal(stepOf(document, "registry")?.status, "warning");
  assert.ok(
    stepOf(document, "registry")?.details.some(({ message }) =>
      /clock is \d+ \w+( \d+ min)? ahead of this node's/.test(message),
    ),
  );
});

test("progress is shown on a terminal while it waits, and removed afterwards", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  // Ends when the test has seen enough: the plugin waits for the FIFO's other end.
  const { execFileSync } = await import("node:child_process");
  execFileSync("mkfifo", [place.path("gate")]);
  putPlugin(
    place,
    "p",
    `${event("http", { operation: "Token", status: 200 })}\nread line < ${place.path("gate")}\n${answer({ "r.example": ["user", "right-password"] })}`,
  );
  let seen = "";
  let opened = false;
  const clock = { now: () => Date.now(), elapsed: () => performance.now(), sleep: async () => {} };
  const ran = await place.run(["doctor", "r.example/a", ...PLACES, "--no-registry"], {
    ...options(),
    clock,
    columns: 100,
    onStderr: (text) => {
      seen += text;
      if (opened || !seen.includes("running p: Token 200")) return;
      opened = true;
      writeFileSync(place.path("gate"), "go\n");
    },
  });
  assert.equal(ran.code, 0);
  assert.ok(opened && seen.endsWith("\r\u001b[K"));
  assert.ok(!ran.stdout.includes("\r"));
});

test("each step is printed when it ends: four are shown while the plugin still runs", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  const { execFile, execFileSync } = await import("node:child_process");
  execFileSync("mkfifo", [place.path("gate")]);
  putPlugin(
    place,
    "p",
    `read line < ${place.path("gate")}\n${answer({ "r.example": ["user", "right-password"] })}`,
  );
  let seen = "";
  let before = "";
  const ran = await place.run(["doctor", "r.example/a", ...PLACES, "--no-registry"], {
    ...options(),
    onStdout: (text) => {
      seen += text;
      if (before !== "" || !/✓ executable/.test(seen)) return;
      before = seen;
      // Opening a FIFO blocks until the plugin opens its other end, and this process starts the plugin: another process must do it.
      execFile("/bin/sh", ["-c", 'echo go > "$1"', "sh", place.path("gate")]);
    },
  });
  assert.equal(ran.code, 0);
  assert.match(before, /configuration.*image.*match.*executable/s);
  assert.doesNotMatch(before, /plugin {2}/);
});

test("a plugin's failure shows action, reason and advice, and the last line is the fix", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  const parts = {
    action: "asking Amazon ECR in us-west-2 (GetAuthorizationToken) as role node",
    reason: "status 400, AccessDeniedException: no (request id 1)",
    advice: "allow role node the action ecr:GetAuthorizationToken",
  };
  putPlugin(place, "p", `${event(Object.values(parts).join("; "), parts, "error")}; exit 1`);
  const document = await doctor(place, "r.example/a");
  const step = stepOf(document, "plugin");
  assert.deepEqual([step?.message, step?.reason, step?.fix], [parts.action, parts.reason, parts.advice]);
  const { stdout } = await place.run(["doctor", "r.example/a", ...PLACES], options());
  assert.match(
    stdout,
    /✗ The pull fails at "plugin"\.\n {2}→ allow role node the action ecr:GetAuthorizationToken\n$/,
  );
});

test("the sources of an identity are listed once", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.example"] });
  const parts = {
    action: "looking for an identity for r.example",
    reason: "none found; tried environment (no key), profile (no file)",
    advice: "attach a role",
  };
  putPlugin(
    place,
    "p",
    [
      event("identity-unavailable", { source: "environment", reason: "no key" }),
      event("identity-unavailable", { source: "profile", reason: "no file" }),
      `${event("all", parts, "error")}; exit 1`,
    ].join("\n"),
  );
  const { stdout } = await place.run(["doctor", "r.example/a", ...PLACES], options());
  assert.equal(stdout.split("no key").length, 2);
  assert.match(stdout, /none of the sources above provides one/);
});
