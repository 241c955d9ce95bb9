/**
 * "Internal error" is for our own defects. These tests provoke failures of the system, and no line may call one of them an
 * internal error. The line names the action and the reason, and usually gives advice.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Clouds, type Plugin, startClouds } from "@imagecred/fake-clouds";
import { type Executable, executables, type RunResult } from "@imagecred/workspace";
import { type OddFile, oddFiles, oddPrograms } from "../src/odd-files.ts";
import { kubeletRequest } from "../src/request.ts";
import { runPlugin } from "../src/run-plugin.ts";

/** One run, and its expected result. */
interface Failure {
  readonly what: string;
  readonly plugin: Plugin;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Shell words before the executable, which is `"$@"`. */
  readonly through?: string;
  /** Text that stderr must contain if the run fails. Without it, the run may also succeed. */
  readonly fails?: RegExp;
}

const IMAGES: Readonly<Record<Plugin, string>> = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app",
  acr: "myreg.azurecr.io/team/app",
  gcr: "us-central1-docker.pkg.dev/project/repo/app",
};

/** Runs as the user nobody, because root can read everything. */
const AS_NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups";

const isRoot = process.getuid?.() === 0;
let clouds: Clouds;
let directory: string;
let closeFiles = () => {};
const failures: Failure[] = [];
let paths: readonly OddFile[] = [];

before(async () => {
  clouds = await startClouds();
  directory = mkdtempSync(join(tmpdir(), "imagecred-system-"));
  chmodSync(directory, 0o755);
  const { files, close } = await oddFiles(directory);
  closeFiles = close;
  paths = files;
  failures.push(
    ...files.flatMap(fileFailures),
    ...(await programFailures()),
    ...(await streamAndLimitFailures()),
  );
});

after(async () => {
  closeFiles();
  rmSync(directory, { recursive: true });
  await clouds.close();
});

/** Every file that a variable or an argument names. */
function fileFailures({ what, path, forRoot }: OddFile): Failure[] {
  const through = forRoot ? {} : { through: `exec ${AS_NOBODY} "$@"` };
  if (!forRoot && !isRoot) return [];
  const key = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret-of-the-key" };
  const app = {
    AZURE_TENANT_ID: "10000000-aaaa-4aaa-8aaa-000000000001",
    AZURE_CLIENT_ID: "20000000-bbbb-4bbb-8bbb-000000000001",
  };
  const source = join(directory, `source-${failures.length}-${what.replace(/\W/g, "-")}.json`);
  writeFileSync(source, externalAccount(path));
  const uses: readonly (readonly [string, Omit<Failure, "what">])[] = [
    ["AWS_CONFIG_FILE", { plugin: "ecr", env: { AWS_PROFILE: "p", AWS_CONFIG_FILE: path } }],
    [
      "AWS_SHARED_CREDENTIALS_FILE",
      { plugin: "ecr", env: { AWS_PROFILE: "p", AWS_SHARED_CREDENTIALS_FILE: path } },
    ],
    [
      "AWS_WEB_IDENTITY_TOKEN_FILE",
      {
        plugin: "ecr",
        env: { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/pod", AWS_WEB_IDENTITY_TOKEN_FILE: path },
      },
    ],
    [
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
      {
        plugin: "ecr",
        env: {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:9/",
          AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path,
        },
      },
    ],
    ["azure.json", { plugin: "acr", args: [path] }],
    ["AZURE_FEDERATED_TOKEN_FILE", { plugin: "acr", env: { ...app, AZURE_FEDERATED_TOKEN_FILE: path } }],
    [
      "AZURE_CLIENT_CERTIFICATE_PATH",
      { plugin: "acr", env: { ...app, AZURE_CLIENT_CERTIFICATE_PATH: path } },
    ],
    ["GOOGLE_APPLICATION_CREDENTIALS", { plugin: "gcr", env: { GOOGLE_APPLICATION_CREDENTIALS: path } }],
    ["an external account's token", { plugin: "gcr", env: { GOOGLE_APPLICATION_CREDENTIALS: source } }],
    ["SSL_CERT_FILE", { plugin: "ecr", env: { ...key, SSL_CERT_FILE: path } }],
    ["SSL_CERT_DIR", { plugin: "ecr", env: { ...key, SSL_CERT_FILE: "", SSL_CERT_DIR: path } }],
    ["AWS_CA_BUNDLE", { plugin: "ecr", env: { ...key, AWS_CA_BUNDLE: path } }],
  ];
  return uses.map(([name, use]) => {
    const env = { IMAGECRED_TIMEOUT: "2s", ...use.env };
    return { ...use, ...through, env, what: `${name} is ${what}` };
  });
}

function externalAccount(tokenFile: string): string {
  return JSON.stringify({
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: tokenFile },
  });
}

/** Programs that are started for an identity. */
async function programFailures(): Promise<Failure[]> {
  const programs = oddPrograms(directory);
  return Object.entries(programs).flatMap(([what, path], index) => {
    const config = join(directory, `process-${index}.config`);
    writeFileSync(config, `[profile p]\ncredential_process = "${path}" --flag\n`);
    const source = join(directory, `executable-${index}.json`);
    const account = JSON.parse(externalAccount("")) as Record<string, unknown>;
    account["credential_source"] = { executable: { command: `${path} --flag`, timeout_millis: 5000 } };
    writeFileSync(source, JSON.stringify(account));
    const allowed = {
      GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: "1",
      GOOGLE_APPLICATION_CREDENTIALS: source,
    };
    const none = { AWS_SHARED_CREDENTIALS_FILE: join(directory, "nothing") };
    const fails = /credential_process|executable|starting|profile p/;
    const ecr = { plugin: "ecr" as const, fails };
    return [
      {
        ...ecr,
        what: `credential_process: ${what}`,
        env: { ...none, AWS_PROFILE: "p", AWS_CONFIG_FILE: config },
      },
      { plugin: "gcr" as const, fails, what: `executable source: ${what}`, env: allowed },
      ...(isRoot && index === 0
        ? [
            {
              ...ecr,
              what: "credential_process: EAGAIN, no process can be started",
              env: { ...none, AWS_PROFILE: "p", AWS_CONFIG_FILE: config },
              through: `exec ${AS_NOBODY} prlimit --nproc=1 "$@"`,
            },
          ]
        : []),
    ];
  });
}

/** Standard streams, limits and environments, for a run without other faults. */
async function streamAndLimitFailures(): Promise<Failure[]> {
  const bases: readonly Pick<Failure, "plugin" | "args" | "env">[] = [
    { plugin: "ecr", env: await clouds.aws.env("static") },
    {
      plugin: "acr",
      args: [await clouds.azure.azureJsonFile("client-secret")],
      env: await clouds.azure.env("client-secret"),
    },
    { plugin: "gcr", env: await clouds.google.env("metadata") },
  ];
  const gone = join(directory, "gone");
  const ways: Readonly<Record<string, readonly [through: string, fails?: RegExp]>> = {
    "stdin is closed": ['exec "$@" <&-', /stdin|request/],
    "stdin is empty": ['exec "$@" </dev/null', /stdin|request/],
    "stdin is a directory": ['exec "$@" </', /stdin/],
    "stdin is open for writing only": ['exec "$@" 0>/dev/null', /stdin|request/],
    "stdin is a file that cannot be read": ['exec "$@" </proc/self/mem', /stdin/],
    "stdin is a terminal that is gone": [
      "exec python3 -c 'import os,pty,sys; a,b=pty.openpty(); os.close(a); os.dup2(b,0); os.execv(sys.argv[1],sys.argv[1:])' \"$@\"",
      /stdin|request/,
    ],
    "stdout is full": ['exec "$@" >/dev/full', /stdout/],
    "stdout is open for reading only": ['exec "$@" 1</dev/null', /stdout/],
    "stdout is closed": ['exec "$@" >&-'],
    "stderr is full": ['exec "$@" 2>/dev/full'],
    "stderr is closed": ['exec "$@" 2>&-'],
    "all streams are closed": ['exec "$@" <&- >&- 2>&-'],
    "the working directory is gone": [`mkdir -p ${gone}; cd ${gone}; rmdir ${gone}; exec "$@"`],
    "the working directory is not for us": [
      isRoot ? `cd ${directory}/closed; exec ${AS_NOBODY} "$@"` : 'exec "$@"',
    ],
    "no files of any size (EFBIG)": ['exec prlimit --fsize=0 "$@"'],
    "no core, no locked memory": ['exec prlimit --core=0 --memlock=0 "$@"'],
    ...Object.fromEntries(
      [4, 5, 6, 8, 10, 12, 16, 20, 24].map((count) => [
        `${count} descriptors (EMFILE)`,
        [`exec prlimit --nofile=${count} "$@"`] as const,
      ]),
    ),
    ...(isRoot
      ? { "no more processes or threads (EAGAIN)": [`exec ${AS_NOBODY} prlimit --nproc=1 "$@"`] as const }
      : {}),
  };
  return bases.flatMap((base) =>
    Object.entries(ways).map(([what, [through, fails]]) => ({
      ...base,
      what,
      through,
      ...(fails === undefined ? {} : { fails }),
    })),
  );
}

/** Node.js itself cannot start under these, and fails with its own message before it runs a program. */
function isBeforeNodejs({ what }: Failure): boolean {
  return /^(?:\d+ descriptors|no more processes)|no process can be started$/.test(what);
}

/** Returns the defect in a run's result, or undefined. */
function problemOf(
  { exitCode, signal, stdout, stderr }: RunResult,
  failure: Failure,
  name: string,
): string | undefined {
  if (/internal error/i.test(stderr)) return "it calls it an internal error";
  if (signal !== null) return `it ended by ${signal}`;
  if (exitCode === 0) return failure.fails === undefined ? undefined : "it did not fail";
  if (exitCode !== 1) return `exit ${exitCode}`;
  if (stdout !== "") return "it failed, and wrote to stdout";
  if (/stderr is|all streams/.test(failure.what)) return undefined;
  if (!stderr.startsWith(`${name}: `) || stderr.trimEnd().includes("\n"))
    return "it is not one line of the plugin";
  // At least action and reason, or the found and the expected value.
  if (!/^[^:]+: .+: .+|^[^:]+: .+, expected .+/.test(stderr)) return "it does not say what failed and why";
  if (/uncaught|TypeError|RangeError|\.rs:\d|os error|errno/.test(stderr))
    return "it is not a line for a person";
  if (failure.fails !== undefined && !failure.fails.test(stderr)) return `it does not say ${failure.fails}`;
  return undefined;
}

const BUILT: readonly (readonly [Plugin, Executable])[] = (["ecr", "acr", "gcr"] as const).flatMap((plugin) =>
  executables(`${plugin}-credential-provider`).map((built) => [plugin, built] as const),
);

describe("failures of the system are not internal errors", () => {
  for (const [plugin, built] of BUILT) {
    const name = `${plugin}-credential-provider`;
    test(`${name} (${built.runtime})`, { skip: built.skipped ?? false }, async () => {
      if (built.skipped !== undefined) return;
      const waiting = failures.filter(
        (failure) => failure.plugin === plugin && !(built.runtime === "nodejs" && isBeforeNodejs(failure)),
      );
      assert.ok(waiting.length > 20);
      const found: string[] = [];
      const work = async () => {
        for (let failure = waiting.shift(); failure !== undefined; failure = waiting.shift()) {
          const { args = [], env = {}, through } = failure;
          const [file, all] =
            through === undefined
              ? [built.path, args]
              : ["/bin/sh", ["-c", through, "sh", built.path, ...args]];
          const stdin = kubeletRequest(IMAGES[plugin]);
          const result = await runPlugin(file, { args: all, env: { ...clouds.networkEnv(), ...env }, stdin });
          const problem = problemOf(result, failure, name);
          if (problem !== undefined) found.push(`${failure.what}: ${problem}: ${result.stderr.trimEnd()}`);
        }
      };
      await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
      assert.deepEqual(found, []);
    });
  }
});

/** Commands of the operator's tool that read a file. */
const COMMANDS: readonly (readonly [...string[]])[] = [
  ["validate"],
  ["hash"],
  ["match", "gcr.io/a/b", "-c"],
  ["explain", "gcr.io/a/b", "-c"],
  ["install", "--dry-run"],
];

describe("failures of the system are not internal errors of imagecred", () => {
  for (const built of executables("imagecred")) {
    test(`imagecred (${built.runtime})`, { skip: built.skipped ?? false }, async () => {
      if (built.skipped !== undefined) return;
      const { path } = built;
      const runs = [
        ...paths
          // The kubelet reads a configuration of any size, and so does imagecred, without a time limit.
          .filter(({ forRoot, what }) => (forRoot || isRoot) && what !== "EFBIG")
          .flatMap((file) =>
            COMMANDS.map((command) => ({
              what: `${command.join(" ")} ${file.what}`,
              script: file.forRoot ? 'exec "$@"' : `exec ${AS_NOBODY} "$@"`,
              args: [...command, file.path],
            })),
          ),
        ...["<&-", "</", ">/dev/full", "1</dev/null", "2>&-", "2>/dev/full"].map((how) => ({
          what: `validate with ${how}`,
          script: `exec "$@" ${how}`,
          args: ["validate", join(directory, "file")],
        })),
      ];
      const found: string[] = [];
      const work = async () => {
        for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
          const { what, script, args } = run;
          const result = await runPlugin("/bin/sh", {
            args: ["-c", script, "sh", path, ...args],
            timeoutMs: 60_000,
          });
          const { exitCode, signal, stdout, stderr } = result;
          const wrong =
            /internal error|uncaught|TypeError|os error/i.test(stdout + stderr) ||
            signal !== null ||
            (exitCode !== 0 && stdout + stderr === "" && !/2>/.test(what));
          if (wrong) found.push(`${what}: exit ${exitCode ?? signal}: ${(stdout + stderr).slice(0, 300)}`);
        }
      };
      await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
      assert.deepEqual(found, []);
    });
  }
});
