import assert from "node:assert/strict";
import type { Clouds, ConnectionRecord, Identities, Plugin, RequestRecord } from "@imagecred/fake-clouds";
import type { Context, CredentialProvider, ProviderResponse } from "@imagecred/protocol";
import { requestFor, testContext } from "@imagecred/protocol/testing";

/** One request to a plugin, and the node that it runs on. */
export interface Question {
  /** Default: an image of the plugin's cloud that exists in the fake registry. */
  readonly image?: string;
  /** The node's identity. Default: for ECR and ACR none in the environment, for GCR the metadata server. */
  readonly identity?: Identities[Plugin];
  /** Command line after the program's name. */
  readonly args?: readonly string[];
  /** In addition to the variables that point to the fake clouds. */
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: {
    readonly token: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** Parts of the context that replace the real ones: a clock, a shell. */
  readonly context?: Partial<Omit<Context, "env">>;
}

/** A plugin's response or error, with its requests and its log. */
export interface Outcome {
  readonly answer: ProviderResponse | undefined;
  readonly error: unknown;
  /** The error's message; empty with a response. */
  readonly message: string;
  /** `aws.ecr GetAuthorizationToken 200`: requests in the order of their arrival, with the status or the fault. */
  readonly calls: readonly string[];
  readonly requests: readonly RequestRecord[];
  readonly connections: readonly ConnectionRecord[];
  /** The log, from debug up. */
  readonly lines: readonly string[];
}

const IMAGES: Readonly<Record<Plugin, string>> = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app",
  acr: "myreg.azurecr.io/app",
  gcr: "us-central1-docker.pkg.dev/project/repo/app",
};

/**
 * Runs a plugin in this process, over real sockets to the fake clouds. Asserts that neither the log nor the error contains
 * a secret, and that the fakes had no internal error. Faults and latency are removed afterwards; the clouds keep their
 * records until the next run.
 *
 * Use one set of clouds per test file: the transport reads its trusted certificates once per process.
 */
export async function askPlugin<Options>(
  provider: CredentialProvider<Options>,
  clouds: Clouds,
  question: Question = {},
): Promise<Outcome> {
  const plugin = provider.name.replace(/-credential-provider$/, "") as Plugin;
  const { image = IMAGES[plugin], args = [], serviceAccount } = question;
  clouds.core.log.clear();
  const env: Record<string, string> = {
    HOME: "/nonexistent",
    ...(await clouds.env(plugin, question.identity ?? (plugin === "ecr" ? "none" : undefined))),
    ...question.env,
  };
  process.env["SSL_CERT_FILE"] = clouds.core.caFile;
  const context = testContext(env, question.context);
  const { files, log } = context;
  let answer: ProviderResponse | undefined;
  let error: unknown;
  try {
    const options = await provider.options({ args, env, files, log });
    answer = await provider.credential(requestFor(image, serviceAccount), options, context);
  } catch (thrown) {
    error = thrown;
  }
  const message = error === undefined ? "" : error instanceof Error ? error.message : String(error);
  assert.deepEqual(
    clouds.secrets.findIn(`${message}\n${context.lines.join("\n")}`),
    [],
    "secrets in the log",
  );
  assert.deepEqual(clouds.defects, [], "errors of the fake clouds");
  const requests = [...clouds.requests];
  const calls = requests.map(
    ({ service, operation, status, fault }) => `${service} ${operation} ${status ?? fault ?? "?"}`,
  );
  const connections = [...clouds.connections];
  clouds.latency.clear();
  await clouds.faults.clear();
  return { answer, error, message, calls, requests, connections, lines: context.lines };
}

/** {@link askPlugin} for a request that must succeed. @throws the plugin's error */
export async function answered<Options>(
  provider: CredentialProvider<Options>,
  clouds: Clouds,
  question: Question = {},
): Promise<Outcome & { readonly answer: ProviderResponse }> {
  const outcome = await askPlugin(provider, clouds, question);
  if (outcome.answer === undefined) throw outcome.error;
  return { ...outcome, answer: outcome.answer };
}

/** The one password of a response. @throws when it has none, or several */
export function passwordOf({ auth }: ProviderResponse): string {
  const [password, ...others] = new Set(Object.values(auth).map(({ password }) => password.reveal()));
  if (password === undefined || others.length > 0)
    throw new Error(`${others.length} more passwords than one`);
  return password;
}
