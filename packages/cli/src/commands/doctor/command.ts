import { matchImage } from "@imagecred/kubelet";
import { type Route, type Runtime, runtimeRoute, trustedAuthorities } from "@imagecred/node";
import { CommandError } from "../../errors.ts";
import { type Progress, withProgress } from "../../output/progress.ts";
import type { Platform } from "../../runtime/types.ts";
import { field, parseEvent } from "../../session/events.ts";
import { openSession, type Session, type SessionHooks } from "../../session/session.ts";
import type { Command } from "../command.ts";
import type { DoctorOptions } from "./definition.ts";
import type { DoctorDocument } from "./document.ts";
import { configurationStep, executableStep, imageStep, matchStep } from "./node-steps.ts";
import { credentialStep, pluginSteps } from "./plugin-steps.ts";
import { type RegistryQuestion, registrySteps } from "./registry-steps.ts";
import { renderDoctor, renderStep, renderSummary, renderTitle } from "./render.ts";
import { type Step, step } from "./steps.ts";
import { tokenStep } from "./token-step.ts";

export const doctor: Command<DoctorOptions, DoctorDocument> = {
  async run(options, platform, live) {
    const steps: Step[] = [];
    live?.write(renderTitle(options.image, live.style));
    await withProgress(platform, options, "reading the configuration", async (progress) => {
      for await (const one of examine(options, platform, progress)) {
        steps.push(one);
        progress.clear();
        live?.write(renderStep(one, live.style));
      }
    });
    const failure = steps.find(({ status }) => status === "failed");
    const warned = steps.some(({ status }) => status === "warning");
    return {
      kind: "Diagnosis",
      image: options.image,
      status: failure !== undefined ? "failed" : warned ? "warning" : "ok",
      summary: summary(options, steps, failure),
      steps,
    };
  },
  render: renderDoctor,
  renderEnd: renderSummary,
  exitCode: ({ status }) => (status === "failed" ? 1 : 0),
};

/** Yields each step when it ends. */
async function* examine(
  options: DoctorOptions,
  platform: Platform,
  progress: Progress,
): AsyncGenerator<Step> {
  const started = platform.clock.now();
  let session: Session;
  try {
    session = await openSession(options, platform, { prepare: withEvents(progress) });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const fix =
      error.fix ??
      (error.subject === "configuration" ? "imagecred validate checks the configuration" : undefined);
    yield step(error.subject, {
      status: "failed",
      message: error.message,
      ...(fix === undefined ? {} : { fix }),
    });
    return;
  }
  yield configurationStep(session, platform.clock.now() - started);
  yield imageStep(session, options.image);
  yield matchStep(session);
  const executable = executableStep(session, platform);
  if (executable !== undefined) yield executable;
  if (hasFailed(executable)) return;

  const matching = session.reading.config.providers.filter(({ matchImages }) =>
    matchImages?.some((pattern) => matchImage(pattern, session.image.repo).matched),
  );
  const token = tokenStep(session, matching, platform.clock.now());
  if (token !== undefined) yield token;
  if (hasFailed(token)) return;

  const result = await session.providers.credentialsFor(options.image, session.podIdentity?.pod);
  // If another plugin returned a credential, the pull does not stop at a plugin that failed.
  const lenient = result.credentials.length > 0;
  const plugins = pluginSteps(result, session.runs, matching.length).map(
    (one): Step => (lenient && hasFailed(one) ? { ...one, status: "warning" } : one),
  );
  yield* plugins;
  const credential = credentialStep(result, platform.clock.now());
  if (credential !== undefined) yield credential;
  if (plugins.some(hasFailed) || hasFailed(credential) || options.registry === false) return;

  progress.say(`contacting ${session.image.repo.split("/")[0]}`);
  const { route, env, trust } = pullContext(session, platform);
  yield* await registrySteps(
    {
      image: session.image,
      credentials: result.credentials,
      providers: session.reading.config.providers,
      env,
      tokenHosts: options.tokenHost ?? [],
      route,
      trust,
    },
    platform,
  );
}

/**
 * Mirrors, proxies and certificate authorities of the process that pulls: the container runtime's, else the kubelet's,
 * else this shell's.
 */
function pullContext(
  session: Session,
  platform: Platform,
): Pick<RegistryQuestion, "route" | "env" | "trust"> {
  const { kubelet } = session;
  const { route, runtime } = routeOf(session, platform) ?? {};
  const env = runtime?.environment ?? kubelet?.env;
  if (kubelet === undefined || env === undefined) {
    return { route, env: platform.stdio.env, trust: undefined };
  }
  const files = runtime?.files ?? kubelet.node.files;
  return { route, env, trust: (caFiles) => trustedAuthorities(files, env, caFiles) };
}

/** The route of the running kubelet's container runtime; undefined if no kubelet runs. */
function routeOf(
  { kubelet, image }: Session,
  { fileSystem }: Platform,
): { readonly route: Route; readonly runtime: Runtime | undefined } | undefined {
  if (kubelet === undefined) return undefined;
  const slash = image.repo.indexOf("/");
  const at = {
    host: image.repo.slice(0, slash),
    repository: image.repo.slice(slash + 1),
    isDigest: image.digest !== "",
  };
  const found = runtimeRoute(fileSystem, kubelet.node, kubelet.configuration, at);
  return found.state === "known" ? found : undefined;
}

function hasFailed(one: Step | undefined): boolean {
  return one?.status === "failed";
}

/** Makes our plugins log every request (other plugins ignore the variable), and shows the requests as progress. */
function withEvents(progress: Progress): NonNullable<SessionHooks["prepare"]> {
  return (request, provider) => {
    progress.say(`running ${provider}`);
    let rest = "";
    return {
      ...request,
      env: { ...request.env, IMAGECRED_LOG: "json,debug" },
      onStderr: (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const event = parseEvent(line);
          if (event?.message === "http") {
            progress.say(
              `running ${provider}: ${field(event, "operation")} ${field(event, "status") ?? field(event, "failed")}`,
            );
          }
        }
      },
    };
  };
}

function summary(options: DoctorOptions, steps: readonly Step[], failure: Step | undefined): string {
  if (failure !== undefined) return `The pull fails at "${failure.name}".`;
  const names = steps.filter(({ status }) => status === "warning").map(({ name }) => name);
  const warnings = names.length === 0 ? "" : ` Warnings: ${names.join(", ")}.`;
  if (!steps.some(({ name, status }) => name === "manifest" && status === "ok")) {
    return `The plugins work; the registry was not contacted.${warnings}`;
  }
  return `This machine can pull ${options.image}.${warnings}`;
}
