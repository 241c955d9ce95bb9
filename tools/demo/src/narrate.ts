import type { CredentialProviderConfig, ImageCredentials, ProviderTrace } from "@imagecred/kubelet";
import { type Call, readPluginLog } from "./plugin-log.ts";
import type { Pull } from "./pulls.ts";
import type { Style } from "./style.ts";

const LABEL_WIDTH = 12;

/** A readable account of how the kubelet looked for credentials. */
export function accountOf(
  number: number,
  pull: Pull,
  found: ImageCredentials,
  {
    config,
    stderr,
    style,
  }: { readonly config: CredentialProviderConfig; readonly stderr: string; readonly style: Style },
): string {
  const { bold, dim } = style;
  const who = pull.serviceAccount === undefined ? "" : ` for service account ${pull.serviceAccount}`;
  const trace = found.trace.find(({ outcome }) => outcome !== "no-match");
  const lines = [`${bold(`${number}. ${pull.image}`)}${who}  ${dim(pull.why)}`];
  if (trace === undefined) {
    lines.push(row("matched", dim("no provider; the kubelet pulls without credentials"), style));
    return lines.join("\n");
  }
  // The kubelet checks the entries in order and stops at the one that matches the image.
  const provider = config.providers.find(({ name }) => name === trace.provider);
  const pattern = provider?.matchImages?.[trace.matches.length - 1] ?? "?";
  lines.push(row("matched", `${trace.provider} ${dim(`by ${pattern}`)}`, style));
  const log = readPluginLog(stderr);
  if (log.identity !== undefined)
    lines.push(row("identity", `${log.identity.who} ${dim(`(${log.identity.source})`)}`, style));
  lines.push(
    ...log.calls.map((call, index) => row(index === 0 ? "calls" : "", callText(call, style), style)),
  );
  lines.push(...result(trace, found, style));
  if (log.error !== undefined) lines.push(row("error", wrap(log.error), style));
  return lines.join("\n");
}

function result(trace: ProviderTrace, found: ImageCredentials, style: Style): readonly string[] {
  const { green, red, dim } = style;
  if (trace.outcome === "failed") {
    return [row("kubelet", red("no credential from this provider; the pull goes on without one"), style)];
  }
  const [credential] = found.credentials;
  const took = trace.execMs === undefined ? "" : dim(` in ${trace.execMs.toFixed(0)} ms`);
  const lines: string[] = [];
  if (credential !== undefined) {
    const length = credential.password.reveal().length;
    lines.push(
      row(
        "credential",
        `${green(`${credential.username}:[redacted, ${length} characters]`)} for ${credential.key}${took}`,
        style,
      ),
    );
  }
  lines.push(row("cache", cacheText(trace), style));
  return lines;
}

function cacheText({ hit, stored }: ProviderTrace): string {
  if (hit !== undefined) return `hit: ${scope(hit)}; the plugin did not run`;
  if (stored === undefined) return "not stored";
  const minutes = Math.round(((stored.expiresAt ?? Date.now()) - Date.now()) / 60_000);
  return `stored for ${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m: ${scope(stored)}`;
}

function scope({ cacheKeyType, base, perServiceAccount }: NonNullable<ProviderTrace["stored"]>): string {
  const whose = perServiceAccount ? ", for this service account only" : "";
  switch (cacheKeyType) {
    case "Global":
      return `every image of this provider${whose}`;
    case "Registry":
      return `every image of ${base}${whose}`;
    case "Image":
      return `this image${whose}`;
  }
}

function callText({ method, url, outcome, ms, service, operation }: Call, { dim }: Style): string {
  return `${method.padEnd(4)} ${url}  ${outcome}  ${ms.toFixed(0)} ms  ${dim(`${service}: ${operation}`)}`;
}

function row(label: string, text: string, { dim }: Style): string {
  return `   ${dim(label.padEnd(LABEL_WIDTH))}${text}`;
}

/** Wraps long lines to the account's width. */
function wrap(text: string, width = 100): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(LABEL_WIDTH + 3)}`);
}
