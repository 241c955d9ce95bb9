import assert from "node:assert/strict";
import { globSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { RUNTIMES, runFile } from "@imagecred/e2e";
import { CACHE } from "@imagecred/workspace";
import { type ApiServer, apiServer, type Seen } from "../src/testing/api-server.ts";
import { notBuilt, runImagecred } from "../src/testing/built.ts";
import { put } from "../src/testing/kubeadm-node.ts";
import { type Bench, bench } from "../src/testing/run.ts";

/** kubectl is part of the executable of the real cluster, selected by its name; the newest version. */
const KUBECTL = globSync(join(CACHE, "kubernetes/*/kubernetes"))
  .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  .at(0);
const skip = KUBECTL === undefined ? "kubectl is not in the cache (npm test -- cluster builds it)" : false;

interface Case {
  readonly what: string;
  /** YAML of the user. */
  readonly user: string;
  /** YAML of the cluster besides its server and certificate authority. */
  readonly cluster?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The credentials that both send; undefined if both fail before sending a request. */
  readonly tells?: Partial<Seen>;
}

const EXEC = (output: string, more = "") =>
  `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ../bin/plugin, args: [one], interactiveMode: IfAvailable, ${more}}} # ${output}`;
const CREDENTIAL = (status: string) =>
  `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}`;

function cases(certificate: string, key: string): readonly Case[] {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const script = (body: string) => ({ "bin/plugin": `#!/bin/sh\n${body}\n` });
  return [
    { what: "a token", user: "{token: token-of-file}", tells: { authorization: "Bearer token-of-file" } },
    {
      what: "a token file, which wins over a token",
      user: "{tokenFile: ../token, token: other}",
      files: { token: "token-of-a-file\n" },
      tells: { authorization: "Bearer token-of-a-file" },
    },
    {
      what: "a user name and a password",
      user: "{username: näme, password: pässword}",
      tells: { authorization: `Basic ${base64("näme:pässword")}` },
    },
    {
      what: "a client certificate as data",
      user: `{client-certificate-data: ${base64(certificate)}, client-key-data: ${base64(key)}}`,
      tells: { certificate: "admin" },
    },
    {
      what: "a client certificate in files next to the kubeconfig",
      user: "{client-certificate: ../client.pem, client-key: ../client.key}",
      files: { "client.pem": certificate, "client.key": key },
      tells: { certificate: "admin" },
    },
    {
      what: "an exec plugin's token",
      user: EXEC("", "env: [{name: A, value: b}]"),
      files: script(
        `test "$1 $A $HOME_OF_ALL" = "one b here" || exit 9\ncase "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) ;; *) exit 8;; esac\necho '${CREDENTIAL('{"token":"token-of-exec"}')}'`,
      ),
      tells: { authorization: "Bearer token-of-exec" },
    },
    {
      what: "an exec plugin that requests the cluster's data",
      user: EXEC("", "provideClusterInfo: true"),
      files: script(
        `case "$KUBERNETES_EXEC_INFO" in *'"server":"https://localhost:'*'"certificate-authority-data":"'*|*'"certificate-authority-data":"'*'"server":"https://localhost:'*) echo '${CREDENTIAL('{"token":"it-knows"}')}';; *) echo "$KUBERNETES_EXEC_INFO" >&2; exit 7;; esac`,
      ),
      tells: { authorization: "Bearer it-knows" },
    },
    {
      what: "an exec plugin's certificate",
      user: EXEC(""),
      files: {
        "credential.json": CREDENTIAL(
          JSON.stringify({ clientCertificateData: certificate, clientKeyData: key }),
        ),
        ...script('cat "$(dirname "$0")/../credential.json"'),
      },
      tells: { certificate: "admin" },
    },
    { what: "an exec plugin that fails", user: EXEC(""), files: script("echo no >&2; exit 3") },
    { what: "an exec plugin that prints something else", user: EXEC(""), files: script("echo '{}'") },
    { what: "an exec plugin that does not exist", user: EXEC("") },
    {
      what: "an exec plugin of another version",
      user: "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: ../bin/plugin, interactiveMode: Never}}",
      files: script(`echo '${CREDENTIAL('{"token":"t"}')}'`),
    },
    {
      what: "another user, with a group",
      user: "{token: token-of-file, as: someone, as-uid: '7', as-groups: [one], as-user-extra: {Scope: [x]}}",
      tells: {
        authorization: "Bearer token-of-file",
        impersonate:
          "impersonate-extra-scope: x; impersonate-group: one; impersonate-uid: 7; impersonate-user: someone",
      },
    },
    {
      what: "another name in TLS",
      user: "{token: token-of-file}",
      cluster: "tls-server-name: api.internal",
      tells: { serverName: "api.internal" },
    },
    {
      what: "a certificate without its key",
      user: "{client-certificate: ../client.pem}",
      files: { "client.pem": certificate },
    },
    { what: "a context that does not exist", user: "{}", args: ["--context", "nowhere"] },
    {
      what: "another context",
      user: "{token: token-of-file}",
      args: ["--context", "other"],
      tells: { authorization: "Bearer of-other" },
    },
  ];
}

function write(place: Bench, { user, cluster = "", files = {} }: Case, api: ApiServer): void {
  for (const [path, content] of Object.entries(files)) put(place, path, content, 0o755);
  put(place, "ca.pem", api.authority);
  put(
    place,
    "kube/config",
    `apiVersion: v1
kind: Config
current-context: here
contexts:
  - {name: here, context: {cluster: c, user: u}}
  - {name: other, context: {cluster: c, user: o}}
clusters:
  - name: c
    cluster:
      server: ${api.server}
      certificate-authority: ../ca.pem
      ${cluster}
users:
  - name: o
    user: {token: of-other}
  - name: u
    user: ${user}
`,
  );
}

describe("a kubeconfig is read as by kubectl", { skip }, () => {
  let api: ApiServer;
  let table: readonly Case[] = [];
  before(async () => {
    api = await apiServer([]);
    const { certificatePem, privateKeyPem } = await api.clients.issue({
      subject: "CN=admin,O=system:masters",
    });
    table = cases(certificatePem, privateKeyPem);
  });
  after(() => api[Symbol.asyncDispose]());

  /** The credentials in a program's last request; undefined if it sent none. */
  async function told(run: () => Promise<unknown>): Promise<Seen | undefined> {
    const from = api.seen.length;
    await run();
    return api.seen.slice(from).at(-1);
  }

  for (const program of ["kubectl", ...RUNTIMES] as const) {
    const missing = program === "kubectl" ? false : notBuilt(program, "imagecred");
    test(program, { skip: missing }, async () => {
      for (const one of table) {
        using place = bench();
        write(place, one, api);
        symlinkSync(KUBECTL ?? "", place.path("kubectl"));
        const args = ["--kubeconfig", place.path("kube/config"), ...(one.args ?? [])];
        const env = { PATH: "/usr/bin:/bin", HOME: place.root, HOME_OF_ALL: "here" };
        const seen = await told(() =>
          program === "kubectl"
            ? runFile(place.path("kubectl"), {
                args: ["get", "--raw", "/api/v1/nodes", ...args],
                env,
                timeoutMs: 20_000,
              })
            : runImagecred(program, ["nodes", ...args], { env }),
        );
        assert.equal(seen === undefined, one.tells === undefined, `${program}: ${one.what}`);
        assert.deepEqual({ ...seen, ...one.tells }, { ...seen }, `${program}: ${one.what}`);
      }
    });
  }
});
