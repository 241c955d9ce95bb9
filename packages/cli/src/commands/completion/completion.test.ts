import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { DISTRIBUTION_IDS } from "../../distributions/index.ts";
import { type Bench, bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import { DEFINITIONS } from "../index.ts";

const NAMES = DEFINITIONS.map(({ name }) => name);

/** The reason to skip a shell's test; false where the shell is installed. */
function without(shell: string): string | false {
  return spawnSync(shell, ["-c", "exit 0"]).error === undefined ? false : `${shell} is not installed`;
}

async function withScript(shell: string): Promise<Bench> {
  const place = bench();
  const { code, stdout } = await place.run(["completion", shell]);
  assert.equal(code, 0);
  mkdirSync(place.path("completions"));
  writeFileSync(place.path("completions/_imagecred"), stdout);
  mkdirSync(place.path("work/folder"), { recursive: true });
  writeFileSync(place.path("work/file one.yaml"), "");
  return place;
}

function shellOutput(shell: string, args: readonly string[], place: Bench): string {
  const { stdout, stderr, status } = spawnSync(shell, args, {
    encoding: "utf8",
    cwd: place.path("work"),
    timeout: 60_000,
    env: { PATH: "/usr/bin:/bin", HOME: place.root, TERM: "dumb", LANG: "C.UTF-8" },
  });
  assert.equal(stderr.trim(), "", stdout);
  assert.equal(status, 0, stdout);
  return stdout;
}

test("bash", { skip: without("bash") }, async () => {
  using place = await withScript("bash");
  const complete = (...words: readonly string[]): readonly string[] => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `source ../completions/_imagecred; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _imagecred; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return shellOutput("bash", ["--norc", "-c", script], place)
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  };
  assert.deepEqual(complete("imagecred", ""), [...NAMES, "--help", "--version", "-V", "-h", "help"].sort());
  assert.deepEqual(complete("imagecred", "val"), ["validate"]);
  assert.deepEqual(complete("imagecred", "init", "--distribution", "k"), [
    "k0s",
    "k3s",
    "kind",
    "kops",
    "kubeadm",
  ]);
  assert.deepEqual(complete("imagecred", "init", "--cl"), ["--cloud"]);
  assert.deepEqual(complete("imagecred", "get", "image", "-o", ""), ["human", "json"]);
  assert.deepEqual(complete("imagecred", "completion", ""), ["bash", "fish", "zsh"]);
  assert.deepEqual(complete("imagecred", "install", "--bin-dir", "f"), ["folder"]);
  assert.deepEqual(
    complete("imagecred", "validate", "-b", "x", "f"),
    ["folder"].concat(complete("imagecred", "validate", "file")).sort(),
  );
  assert.deepEqual(complete("imagecred", "match", ""), []);
});

test("fish", { skip: without("fish") }, async () => {
  using place = await withScript("fish");
  const complete = (line: string): readonly string[] =>
    shellOutput(
      "fish",
      ["--no-config", "-c", `source ../completions/_imagecred; complete -C '${line}'`],
      place,
    )
      .split("\n")
      .filter((one) => one !== "")
      .map((one) => one.split("\t")[0] ?? "")
      .sort();
  assert.deepEqual(complete("imagecred "), [...NAMES, "help"].sort());
  assert.deepEqual(complete("imagecred val"), ["validate"]);
  assert.deepEqual(complete("imagecred init --distribution "), [...DISTRIBUTION_IDS].sort());
  assert.deepEqual(complete("imagecred get image -o "), ["human", "json"]);
  assert.deepEqual(complete("imagecred completion "), ["bash", "fish", "zsh"]);
  assert.deepEqual(complete("imagecred init --cl"), ["--cloud"]);
  assert.deepEqual(complete("imagecred validate fil"), ["file one.yaml"]);
  assert.deepEqual(complete("imagecred install --bin-dir fo"), ["folder/"]);
});

/** Runs an interactive zsh on a pseudo-terminal (zsh/zpty): types words and a tab, and prints the completed line. */
const ZSH_DRIVER = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; PS2=; unsetopt zle_bracketed_paste beep; bindkey -e; fpath=(../completions $fpath); autoload -Uz compinit; compinit -u -d ../dump; zstyle ":completion:*" list-prompt ""; setopt no_auto_menu no_list_ambiguous; show() { print -r -- "<<$BUFFER>>"; BUFFER=; }; zle -N show; bindkey "^X" show; print REA""DY'
while zpty -r z line; do [[ $line == *READY* ]] && break; done
for word in "$@"; do
  zpty -w -n z "$word"$'\\t\\x18'
  while zpty -r z line; do
    if [[ $line == *'<<'*'>>'* ]]; then
      line=\${line##*<<}; print -r -- "\${line%%>>*}"; break
    fi
  done
done
zpty -d z
`;

test("zsh", { skip: without("zsh") }, async () => {
  using place = await withScript("zsh");
  writeFileSync(place.path("driver.zsh"), ZSH_DRIVER);
  const lines: Readonly<Record<string, string>> = {
    "imagecred val": "imagecred validate ",
    "imagecred init --distribution tal": "imagecred init --distribution talos ",
    "imagecred init --clo": "imagecred init --cloud ",
    "imagecred get image -o j": "imagecred get image -o json ",
    "imagecred completion z": "imagecred completion zsh ",
    "imagecred install --bin-dir fo": "imagecred install --bin-dir folder/",
    "imagecred validate fil": "imagecred validate file\\ one.yaml ",
    "imagecred help doc": "imagecred help doctor ",
  };
  const output = shellOutput("zsh", ["-f", place.path("driver.zsh"), ...Object.keys(lines)], place);
  assert.deepEqual(
    output
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd()),
    Object.values(lines).map((line) => line.trimEnd()),
  );
});

test("JSON output, and an unknown shell", async () => {
  using place = bench();
  const document = checkedDocument((await place.run(["completion", "fish", "-o", "json"])).stdout);
  assert.match(String(document["script"]), /^# fish completion/);
  assert.equal((await place.run(["completion", "tcsh"])).code, 2);
});
