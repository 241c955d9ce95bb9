import type { ImageCredentials, ProviderTrace } from "@imagecred/kubelet";
import { formatLifetime } from "../../output/duration.ts";
import { decodeClaims } from "../../session/claims.ts";
import { field, numberField, type PluginEvent, parseStderr } from "../../session/events.ts";
import type { PluginRun } from "../../session/session.ts";
import { type Detail, detail, type Step, step } from "./steps.ts";
import { claimDetails } from "./token-step.ts";

/** Slower than this, and pods wait visibly; the kubelet's own limit is a minute. */
const SLOW_MS = 10_000;

/** One step per provider that the image reached. */
export function pluginSteps(
  asked: ImageCredentials,
  runs: readonly PluginRun[],
  matching: number,
): readonly Step[] {
  return asked.trace
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
            "it left a process behind that holds its output: the kubelet would wait until that ends",
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
            : [detail(`what the kubelet does not say: ${trace.detail}`, "failed")]),
        ],
      });
    case "no-service-account":
      return step(name, {
        status: "failed",
        message: `${trace.provider} is not run: the pod has no service account`,
        fix: "set requireServiceAccount: false, or try it as a pod with --token-file",
      });
    case "missing-annotation":
      return step(name, {
        status: "failed",
        message: `${trace.provider} is not run: the service account has no annotation ${trace.missingAnnotation}`,
        fix: `kubectl annotate serviceaccount NAME ${trace.missingAnnotation}=VALUE`,
      });
    default:
      return step(name, { message: `${trace.provider} answered`, ...slowness(trace), ...ms, details });
  }
}

function slowness({ execMs = 0 }: ProviderTrace): { status: "warning"; fix: string } | undefined {
  if (execMs < SLOW_MS) return undefined;
  return {
    status: "warning",
    fix: "every first pull waits this long, and at 60 s the kubelet gives up: see which call above is slow",
  };
}

/**
 * The plugin's own last word where there is one: the kubelet's text around it says nothing more. Ours say in three parts
 * what was tried, what came back and what to do.
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
    // Each source and its reason stand above, one a line.
    reason: reason.startsWith(NONE_FOUND) ? "none of the sources above has one" : reason,
    ...(fix === undefined ? fixFor(trace) : { fix }),
  };
}

/** How the plugins begin to say that no identity is configured (packages/protocol, identity/chain.ts). */
const NONE_FOUND = "none found; tried ";

/** A plugin that ended with an error said itself what to do. */
function fixFor({ fault }: ProviderTrace): { readonly fix?: string } {
  switch (fault) {
    case "start":
      return {
        fix: "the executable cannot be started here: use a static build for this machine, or bring its loader and libraries",
      };
    case "timeout":
      return {
        fix: "see which call above has no answer: routes, proxies, security groups, private endpoints",
      };
    case "not-json":
    case "api-version":
    case "undecodable":
      return {
        fix: "the plugin's answer is not what this kubelet takes: use another version of the plugin, or another apiVersion in the configuration",
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
        detail(
          `tried again after ${field(event, "waitMs")} ms because of ${field(event, "because")}`,
          "warning",
        ),
      ];
    default:
      return event.level === "warn" ? [detail(event.message, "warning")] : [];
  }
}

/** What the answers come to. */
export function credentialStep(asked: ImageCredentials, now: number): Step | undefined {
  const { credentials, trace, ignored } = asked;
  const answered = trace.filter(({ outcome }) => outcome === "executed");
  if (answered.length === 0) return undefined;
  const dropped = ignored.map(({ message }) => detail(message, "warning"));
  if (credentials.length === 0) {
    const keys = answered.flatMap(({ keys = [] }) => keys);
    return step("credential", {
      status: "failed",
      message:
        keys.length === 0
          ? "the answer holds no credential"
          : `no key of the answer is for this image: ${keys.join(", ")}`,
      details: dropped,
      fix: "the kubelet compares keys as it compares matchImages, ports included; another image or another plugin",
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
    message: empty ? "an empty one: the pull is anonymous" : answered.map((one) => kept(one, now)).join("; "),
    details: [...details, ...dropped],
  });
}

function kept(trace: ProviderTrace, now: number): string {
  if (trace.stored?.expiresAt === undefined) return "not kept: every pull runs the plugin";
  const what = { Image: "this image", Registry: "this registry", Global: "every image of this provider" }[
    trace.stored.cacheKeyType
  ];
  return `kept ${formatLifetime((trace.stored.expiresAt - now) / 1000)} for ${what}`;
}
