/** A plugin's structured log, written to stderr with IMAGECRED_LOG=json,debug. */
export interface PluginLog {
  readonly identity: { readonly source: string; readonly who: string } | undefined;
  readonly calls: readonly Call[];
  /** The error line that the kubelet would append to its own. */
  readonly error: string | undefined;
}

export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** HTTP status, or how the exchange failed. */
  readonly outcome: string;
  readonly ms: number;
}

export function readPluginLog(stderr: string): PluginLog {
  const events = stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, string | number>);
  const named = (message: string) => events.filter((event) => event["message"] === message);
  const identity = named("identity").at(-1);
  const error = events.find(({ level }) => level === "error")?.["message"];
  return {
    identity:
      identity === undefined
        ? undefined
        : { source: String(identity["source"]), who: String(identity["principal"]) },
    calls: named("http").map((event) => ({
      service: String(event["service"]),
      operation: String(event["operation"]),
      method: String(event["method"]),
      url: String(event["url"]),
      outcome: String(event["status"] ?? event["failed"]),
      ms: Number(event["ms"]),
    })),
    error: error === undefined ? undefined : String(error),
  };
}
