import type { ImageCredentials, ProviderTrace } from "@imagecred/kubelet";
import { formatLifetime } from "../../output/duration.ts";
import { decodeClaims } from "../../session/claims.ts";
import { field, numberField, type PluginEvent, parseStderr } from "../../session/events.ts";
import type { PluginRun } from "../../session/session.ts";
import { type Detail, detail, type Step, step } from "./steps.ts";
import { claimDetails } from "./token-step.ts";

/** Slower plugins get a warning; the kubelet's own limit is a minute. */
const SLOW_MS = 10_000;

/** One step per provider that matches the image. */
export function pluginSteps(
  result: ImageCredentials,
  runs: readonly PluginRun[],
  matching: number,
): readonly Step[] {
  return result.trace
    .filter(({ outcome }) => outcome !== "no-match")
    .map((trace) => {
      const run = runs.find(({ provider }) => provider === trace.provider);
      const { events, other } = parseStderr(run?.result?.stderr ?? "");
      const details = [
        ...events.flatMap(eventDetail),
        ...other.slice(0, 5).map((line) => detail(line, "skipped")),
      ];
      if (run?.result?.outputHeld === true) {
        details.push(
          detail(
            "it left a process running that keeps its output open: the kubelet waits until that process ends",
            "warning",
          ),
        );
      }
      return pluginStep(trace, events, details, matching > 1);
    });
}

function pluginStep(
  trace: ProviderTrace,
  events: readonly PluginEvent[],
  details: readonly Detail[],
  several: boolean,
): Step {
  const name = several ? `plugin ${trace.provider}` : "plugin";
  const ms = trace.execMs === undefined ? {} : { ms: trace.execMs };
  switch (trace.outcome) {
    case "failed":
      return step(name, {
        status: "failed",
        ...failure(trace, events),
        ...ms,
        details: [
          ...details,
          ...(trace.detail === undefined
            ? []
            : [detail(`not in the kubelet's message: ${trace.detail}`, "failed")]),
        ],
      });
    case "no-service-account":
      return step(name, {
        status: "failed",
        message: `${trace.provider} is not run: the pod has no service account`,
        fix: "set requireServiceAccount: false, or run it as a pod with --token-file",
      });
    case "missing-annotation":
      return step(name, {
        status: "failed",
        message: `${trace.provider} is not run: the service account has no annotation ${trace.missingAnnotation}`,
        fix: `kubectl annotate serviceaccount NAME ${trace.missingAnnotation}=VALUE`,
      });
    default:
      return step(name, { message: `${trace.provider} responded`, ...slowness(trace), ...ms, details });
  }
}

function slowness({ execMs = 0 }: ProviderTrace): { status: "warning"; fix: string } | undefined {
  if (execMs < SLOW_MS) return undefined;
  return {
    status: "warning",
    fix: "every first pull waits this long, and the kubelet gives up after 60 s: find the slow request above",
  };
}

/**
 * The plugin's last error line if there is one: the kubelet's text around it adds nothing. Our plugins log action, reason
 * and advice separately.
 */
function failure(
  trace: ProviderTrace,
  events: readonly PluginEvent[],
): { readonly message: string; readonly reason?: string; readonly fix?: string } {
  const last = events.findLast(({ level }) => level === "error");
  const action = last === undefined ? undefined : field(last, "action");
  if (last === undefined || action === undefined) {
    return { message: last?.message ?? trace.error?.trim() ?? "failed", ...fixFor(trace) };
  }
  const reason = field(last, "reason") ?? "";
  const fix = field(last, "advice");
  return {
    message: action,
    // The sources and their reasons are listed above, one per line.
    reason: reason.startsWith(NONE_FOUND) ? "none of the sources above provides one" : reason,
    ...(fix === undefined ? fixFor(trace) : { fix }),
  };
}

/** How our plugins' reason begins when no identity is configured (packages/protocol, identity/chain.ts). */
const NONE_FOUND = "none found; tried ";

/** A fix for faults of the plugin protocol; a plugin that exited with an error gives its own advice. */
function fixFor({ fault }: ProviderTrace): { readonly fix?: string } {
  switch (fault) {
    case "start":
      return {
        fix: "the executable cannot be started here: use a static build for this machine, or install its loader and libraries",
      };
    case "timeout":
      return {
        fix: "find the request above that got no response, and check routes, proxies, security groups and private endpoints",
      };
    case "not-json":
    case "api-version":
    case "undecodable":
      return {
        fix: "this kubelet does not accept the plugin's response: use another version of the plugin, or another apiVersion in the configuration",
      };
    default:
      return {};
  }
}

function eventDetail(event: PluginEvent): readonly Detail[] {
  switch (event.message) {
    case "http": {
      const status = numberField(event, "status");
      const failed = field(event, "failed");
      const outcome = failed ?? `${status}`;
      const good = failed === undefined && status !== undefined && status < 400;
      const proxied = field(event, "proxied") === "true" ? " through the proxy" : "";
      const message = `${field(event, "service")} ${field(event, "operation")}: ${field(event, "method")} ${field(event, "url")}${proxied}: ${outcome}`;
      return [detail(message, good ? "ok" : "warning", numberField(event, "ms"))];
    }
    case "identity":
      return [detail(`identity: ${field(event, "source")}, ${field(event, "principal")}`)];
    case "identity-entry": {
      const entry = field(event, "entry");
      return [detail(`${field(event, "file")}: ${entry === "none" ? "no entry for this image" : entry}`)];
    }
    case "identity-unavailable":
      return [detail(`not ${field(event, "source")}: ${field(event, "reason")}`, "skipped")];
    case "identity-failed":
      return [detail(`${field(event, "source")}: ${field(event, "reason")}`, "warning")];
    case "identity-fallback":
      return [
        detail(
          `fell back from ${field(event, "from")} to ${field(event, "to")}: ${field(event, "reason")}`,
          "warning",
        ),
      ];
    case "retry":
      return [
        detail(`retried after ${field(event, "waitMs")} ms because of ${field(event, "because")}`, "warning"),
      ];
    default:
      return event.level === "warn" ? [detail(event.message, "warning")] : [];
  }
}

/** The credentials of all responses; undefined if no plugin responded. */
export function credentialStep(result: ImageCredentials, now: number): Step | undefined {
  const { credentials, trace, ignored } = result;
  const responded = trace.filter(({ outcome }) => outcome === "executed");
  if (responded.length === 0) return undefined;
  const dropped = ignored.map(({ message }) => detail(message, "warning"));
  if (credentials.length === 0) {
    const keys = responded.flatMap(({ keys = [] }) => keys);
    return step("credential", {
      status: "failed",
      message:
        keys.length === 0
          ? "the response has no credential"
          : `no key of the response matches this image: ${keys.join(", ")}`,
      details: dropped,
      fix: "the kubelet compares keys like matchImages, including ports: use a plugin that returns credentials for this registry",
    });
  }
  const details = credentials.flatMap(({ key, username, password }): readonly Detail[] => {
    const claims = decodeClaims(password.reveal());
    const line = detail(
      `${username === "" ? "(no user name)" : username} for ${key}, password of ${password.reveal().length} characters`,
    );
    return [line, ...(claims === undefined ? [] : claimDetails(claims, now))];
  });
  const empty = credentials.every(({ username, password }) => username === "" && password.isEmpty);
  return step("credential", {
    status: empty ? "warning" : "ok",
    message: empty ? "empty: the pull is anonymous" : responded.map((one) => caching(one, now)).join("; "),
    details: [...details, ...dropped],
  });
}

function caching(trace: ProviderTrace, now: number): string {
  if (trace.stored?.expiresAt === undefined) return "not cached: every pull runs the plugin";
  const what = { Image: "this image", Registry: "this registry", Global: "every image of this provider" }[
    trace.stored.cacheKeyType
  ];
  return `cached ${formatLifetime((trace.stored.expiresAt - now) / 1000)} for ${what}`;
}
