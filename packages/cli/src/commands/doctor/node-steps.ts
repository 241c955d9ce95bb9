import { matchImage } from "@imagecred/kubelet";
import { executableOf } from "../../machine/executable.ts";
import { ownMachine } from "../../machine/start-problem.ts";
import { whyNot } from "../../output/explain-match.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Session } from "../../session/session.ts";
import { type Detail, detail, type Step, step } from "./steps.ts";

export function configurationStep(session: Session, ms: number): Step {
  const { places, reading, environmentSource } = session;
  const stale = staleness(session);
  const hash = reading.hash === undefined ? "" : `, ${reading.hash.slice(0, 19)}…`;
  const number = reading.config.providers.length;
  const environment =
    environmentSource.source === "kubelet"
      ? detail(`plugins run with the environment of the kubelet (process ${environmentSource.pid})`)
      : detail(
          "plugins run with this shell's environment; the kubelet's can have other proxies and variables",
          "warning",
        );
  const { problem } = places;
  const file = `${places.config}: ${number} provider${number === 1 ? "" : "s"}${hash}`;
  const about = [...places.unseen.map((one) => detail(one, "warning")), ...kubeletDetails(session)];
  if (problem !== undefined) {
    return step("configuration", {
      status: "failed",
      message: "looking for the configuration of the kubelet that runs here",
      reason: problem.reason,
      ms,
      fix: problem.fix,
      details: [detail(`the following steps use ${file} (${places.configSource})`), ...about, environment],
    });
  }
  return step("configuration", {
    message: file,
    ms,
    ...(stale === undefined
      ? {}
      : { status: "warning", fix: "restart the kubelet: it reads its configuration only when it starts" }),
    details: [
      ...(stale === undefined ? [] : [stale]),
      ...(places.configSource === "command line" ? [] : [detail(places.configSource)]),
      ...about,
      environment,
    ],
  });
}

/** Differences between the running kubelet and the one that this configuration is checked for. */
function kubeletDetails({ places, kubelet, version, rooted }: Session): readonly Detail[] {
  const details: Detail[] = [...rootDetails(places.root, rooted)];
  if (version.unknown !== undefined) {
    details.push(detail(`checked as for the newest known kubelet: ${version.unknown}`, "warning"));
  }
  if (kubelet === undefined || places.kubelet !== undefined || places.problem !== undefined) return details;
  const other =
    kubelet.runsNoPlugin?.reason ??
    (kubelet.config === undefined
      ? undefined
      : `${kubelet.title} uses ${kubelet.config}, not this configuration`);
  return other === undefined ? details : [...details, detail(other, "warning")];
}

function rootDetails(root: string, rooted: Session["rooted"]): readonly Detail[] {
  switch (rooted) {
    case "shared":
      return [];
    case "entered":
      return [detail(`the kubelet has its own root directory: paths and plugins are below ${root}`)];
    case "outside":
      return [
        detail(`the kubelet has its own root directory: paths are below ${root}`),
        detail(
          "chroot is not installed: plugins run outside that root and may not find files that their arguments name",
          "warning",
        ),
      ];
  }
}

/** Start times from /proc are accurate to about a second. */
const START_DOUBT_MS = 2_000;

/** Files that changed after the kubelet started: the most common reason why a change has no effect. */
function staleness({ places, reading }: Session): Detail | undefined {
  const { kubelet, fileSystem } = places;
  const startedAt = kubelet?.startedAt;
  if (kubelet === undefined || startedAt === undefined) return undefined;
  const changed = reading.files.filter(
    (file) => (fileSystem.status(file)?.modifiedMs ?? 0) > startedAt + START_DOUBT_MS,
  );
  if (changed.length === 0) return undefined;
  return detail(
    `${changed.join(", ")} changed after the kubelet started (process ${kubelet.pid}): it still uses the previous content`,
    "warning",
  );
}

export function imageStep(session: Session, given: string): Step {
  const { repo, tag, digest } = session.image;
  const reference = digest !== "" ? `digest ${digest}` : `tag ${tag}`;
  const renamed = given.startsWith(repo) ? [] : [detail(`${given} is short for ${repo}`)];
  return step("image", { message: `${repo}, ${reference}`, details: renamed });
}

/** Closest first. A host with another number of labels is another registry, so its pattern is not shown. */
const NEARNESS = ["path", "port", "label"];

export function matchStep(session: Session): Step {
  const { providers } = session.reading.config;
  const found: Detail[] = [];
  const misses: { readonly nearness: number; readonly detail: Detail }[] = [];
  for (const { name, matchImages } of providers) {
    for (const pattern of matchImages ?? []) {
      const explanation = matchImage(pattern, session.image.repo);
      if (explanation.matched) {
        found.push(detail(`${name} by ${pattern}`));
        break;
      }
      const nearness = NEARNESS.indexOf(explanation.reason.kind);
      if (nearness < 0) continue;
      misses.push({ nearness, detail: detail(`${name}: ${pattern}: ${whyNot(explanation)}`, "skipped") });
    }
  }
  if (found.length > 0) {
    const message =
      found.length === 1 ? (found[0]?.message ?? "") : `${found.length} providers, one after another`;
    return step("match", { message, details: found.length === 1 ? [] : found });
  }
  const nearest = misses.sort((a, b) => a.nearness - b.nearness).slice(0, 3);
  return step("match", {
    status: "warning",
    message: "no provider's matchImages matches this image, so no plugin is run",
    details: nearest.map((miss) => miss.detail),
    fix: "add the registry's host to a provider's matchImages, unless the image is public; imagecred match shows every pattern",
  });
}

export function executableStep(session: Session, platform: Platform): Step | undefined {
  const matching = session.reading.config.providers.filter(({ matchImages }) =>
    matchImages?.some((pattern) => matchImage(pattern, session.image.repo).matched),
  );
  if (matching.length === 0) return undefined;
  const { binDir, fileSystem } = session.places;
  const { kubernetesVersion } = session.version;
  const machine = ownMachine(platform);
  const found = matching.map(({ name }) =>
    executableOf(name, session.reading, { binDir, fileSystem, machine, kubernetesVersion }),
  );
  const broken = found.filter(({ usable }) => !usable);
  const details = found.map(({ path, description, usable }) =>
    detail(`${path}: ${description}`, usable ? "ok" : "failed"),
  );
  const only = details[0];
  if (broken.length > 0) {
    return step("executable", {
      status: "failed",
      message: broken.map(({ path, description }) => `${path}: ${description}`).join("; "),
      fix: "install the executables with imagecred install",
    });
  }
  return step(
    "executable",
    details.length === 1 && only !== undefined
      ? { message: only.message }
      : { message: `${found.length} executables`, details },
  );
}
