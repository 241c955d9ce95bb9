import {
  type AwsIdentity,
  type Clouds,
  type CloudsOptions,
  type ConnectionRecord,
  type RequestRecord,
  startClouds,
} from "@imagecred/fake-clouds";
import type { Answer, Context } from "@imagecred/protocol";
import { requestFor, testContext } from "@imagecred/protocol/testing";
import { ecr } from "../src/provider.ts";

export const IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";
export const REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

/** The fakes, trusted by this process: Node's transport takes its trust from the process's environment, once. */
export async function startTrustedClouds(options: CloudsOptions = {}): Promise<Clouds> {
  const clouds = await startClouds(options);
  process.env["SSL_CERT_FILE"] = clouds.core.caFile;
  return clouds;
}

export interface Question {
  readonly image?: string;
  readonly identity?: AwsIdentity;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly serviceAccount?: { readonly token: string; readonly annotations?: Record<string, string> };
  readonly context?: Partial<Omit<Context, "env">>;
}

export interface Outcome {
  readonly answer: Answer | undefined;
  /** What a person would read, when there is no answer. */
  readonly message: string;
  /** `service.Operation status`, in the order in which requests arrived. */
  readonly calls: readonly string[];
  readonly requests: readonly RequestRecord[];
  readonly connections: readonly ConnectionRecord[];
  /** Everything that was logged, at debug. */
  readonly lines: readonly string[];
}

/** Asks the plugin, in this process, over real sockets to the fakes; then forgets what the fakes logged. */
export async function ask(clouds: Clouds, question: Question = {}): Promise<Outcome> {
  const identity = await clouds.env("ecr", question.identity ?? "none");
  const env = { HOME: "/nonexistent", ...identity, ...question.env };
  const context = testContext(env, question.context);
  let answer: Answer | undefined;
  let message = "";
  try {
    const options = await ecr.options({
      args: question.args ?? [],
      env,
      files: context.files,
      log: context.log,
    });
    answer = await ecr.credential(
      requestFor(question.image ?? IMAGE, question.serviceAccount),
      options,
      context,
    );
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  const requests = [...clouds.requests];
  const calls = requests.map(
    ({ service, operation, status, fault }) => `${service}.${operation} ${status ?? fault ?? "?"}`,
  );
  const connections = [...clouds.connections];
  await clouds.reset();
  return { answer, message, calls, requests, connections, lines: context.lines };
}
