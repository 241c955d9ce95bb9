import {
  type Clouds,
  type CloudsOptions,
  type ConnectionRecord,
  type GoogleIdentity,
  type RequestRecord,
  startClouds,
} from "@imagecred/fake-clouds";
import type { Answer, Context } from "@imagecred/protocol";
import { requestFor, testContext } from "@imagecred/protocol/testing";
import { gcr } from "../src/index.ts";

export const IMAGE = "us-central1-docker.pkg.dev/project/repo/app";
export const REGISTRY = "us-central1-docker.pkg.dev";

/** The fakes, trusted by this process: Node's transport takes its trust from the process's environment, once. */
export async function startTrustedClouds(options: CloudsOptions = {}): Promise<Clouds> {
  const clouds = await startClouds(options);
  process.env["SSL_CERT_FILE"] = clouds.core.caFile;
  return clouds;
}

export interface Question {
  readonly image?: string;
  readonly identity?: GoogleIdentity;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: {
    readonly token: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly context?: Partial<Omit<Context, "env">>;
}

export interface Outcome {
  readonly answer: Answer | undefined;
  /** What a person would read, when there is no answer. */
  readonly message: string;
  /** `service/Operation status`, in the order in which requests arrived. */
  readonly calls: readonly string[];
  readonly requests: readonly RequestRecord[];
  readonly connections: readonly ConnectionRecord[];
  /** Everything that was logged, at debug. */
  readonly lines: readonly string[];
}

/** Asks the plugin, in this process, over real sockets to the fakes; then forgets what the fakes logged. */
export async function ask(clouds: Clouds, question: Question = {}): Promise<Outcome> {
  const env = {
    ...clouds.networkEnv(),
    ...(await clouds.google.env(question.identity ?? "metadata")),
    ...question.env,
  };
  const context = testContext(env, question.context);
  const { files, log } = context;
  let answer: Answer | undefined;
  let message = "";
  try {
    const options = await gcr.options({ args: question.args ?? [], env, files, log });
    const request = requestFor(question.image ?? IMAGE, question.serviceAccount);
    answer = await gcr.credential(request, options, context);
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  const requests = [...clouds.requests];
  const connections = [...clouds.connections];
  const calls = requests.map(
    ({ service, operation, status, fault }) => `${service}/${operation} ${status ?? fault ?? "?"}`,
  );
  await clouds.reset();
  return { answer, message, calls, requests, connections, lines: context.lines };
}

/** Asks, and wants an answer. */
export async function answered(clouds: Clouds, question: Question = {}) {
  const outcome = await ask(clouds, question);
  if (outcome.answer === undefined) throw new Error(`no answer: ${outcome.message}`);
  return { ...outcome, answer: outcome.answer };
}

/** The one password of an answer. */
export function passwordOf(answer: Answer): string {
  const passwords = new Set(Object.values(answer.auth).map(({ password }) => password.reveal()));
  const [password] = passwords;
  if (password === undefined || passwords.size !== 1) throw new Error(`${passwords.size} passwords`);
  return password;
}
