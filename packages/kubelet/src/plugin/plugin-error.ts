/** The step in which a plugin failed. */
export type PluginFault =
  /** It could not be started. */
  | "start"
  /** It exited with a status other than 0, or by a signal. */
  | "exit"
  | "timeout"
  /** Its output is not JSON, or has no apiVersion and kind. */
  | "not-json"
  | "api-version"
  | "undecodable";

/** Running a plugin failed. `message` is the kubelet's text, stderr included. */
export class PluginError extends Error {
  override name = "PluginError";
  readonly fault: PluginFault;
  /** Details that are not in the kubelet's text; never a credential. */
  readonly detail: string | undefined;
  constructor(fault: PluginFault, message: string, detail?: string) {
    super(message);
    this.fault = fault;
    this.detail = detail;
  }
}
