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
    const worst = steps.find(({ status }) => status === "failed");
    const warned = steps.some(({ status }) => status === "warning");
    return {
      kind: "Diagnosis",
      image: options.image,
      status: worst !== undefined ? "failed" : warned ? "warning" : "ok",
      summary: summary(options, steps, worst),
      steps,
    };
  },
  render: renderDoctor,
  renderEnd: renderSummary,
  exitCode: ({ status }) => (status === "failed" ? 1 : 0),
};

/** Each step as it ends. */
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
  if (isBad(executable)) return;

  const matching = session.reading.config.providers.filter(({ matchImages }) =>
    matchImages?.some((pattern) => matchImage(pattern, session.image.repo).matched),
  );
  const token = tokenStep(session, matching, platform.clock.now());
  if (token !== undefined) yield token;
  if (isBad(token)) return;

  const asked = await session.providers.credentialsFor(options.image, session.podIdentity?.pod);
  // With another plugin's credential in hand the pull goes on, and one that failed is only a nuisance.
  const lenient = asked.credentials.length > 0;
  const plugins = pluginSteps(asked, session.runs, matching.length).map(
    (one): Step => (lenient && isBad(one) ? { ...one, status: "warning" } : one),
  );
  yield* plugins;
  const credential = credentialStep(asked, platform.clock.now());
  if (credential !== undefined) yield credential;
  if (plugins.some(isBad) || isBad(credential) || options.registry === false) return;

  progress.say(`asking ${session.image.repo.split("/")[0]}`);
  const { route, env, trust } = pullOf(session, platform);
  yield* await registrySteps(
    {
      image: session.image,
      credentials: asked.credentials,
      providers: session.reading.config.providers,
      env,
      tokenHosts: options.tokenHost ?? [],
      route,
      trust,
    },
    platform,
  );
}

/** The way, the proxies and the trust of the process that pulls: the runtime's, else the kubelet's, else this shell's. */
function pullOf(session: Session, platform: Platform): Pick<RegistryQuestion, "route" | "env" | "trust"> {
  const { kubelet } = session;
  const { route, runtime } = routeOf(session, platform) ?? {};
  const env = runtime?.environment ?? kubelet?.env;
  if (kubelet === undefined || env === undefined) {
    return { route, env: platform.stdio.env, trust: undefined };
  }
  const files = runtime?.files ?? kubelet.node.files;
  return { route, env, trust: (caFiles) => trustedAuthorities(files, env, caFiles) };
}

/** By the running kubelet's runtime; without a kubelet there is no runtime to go by. */
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

function isBad(one: Step | undefined): boolean {
  return one?.status === "failed";
}

/** Has our plugins tell every call; others do not know the variable. What arrives moves the progress line. */
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

function summary(options: DoctorOptions, steps: readonly Step[], worst: Step | undefined): string {
  if (worst !== undefined) return `It stops at "${worst.name}".`;
  const warned = steps.filter(({ status }) => status === "warning").map(({ name }) => name);
  const but = warned.length === 0 ? "" : ` Worth a look: ${warned.join(", ")}.`;
  if (!steps.some(({ name, status }) => name === "manifest" && status === "ok")) {
    return `The plugin's side is in order; the registry was not asked.${but}`;
  }
  return `This machine can pull ${options.image}.${but}`;
}
