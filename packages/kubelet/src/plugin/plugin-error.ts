/** In which step a plugin failed. */
export type PluginFault =
  /** It could not be started. */
  | "start"
  /** It ended with a status other than 0, or by a signal. */
  | "exit"
  | "timeout"
  /** Its output is not JSON, or does not say what it is. */
  | "not-json"
  | "api-version"
  | "undecodable";

/** Running a plugin failed. `message` is the kubelet's text, stderr included. */
export class PluginError extends Error {
  override name = "PluginError";
  readonly fault: PluginFault;
  /** What the kubelet does not tell; never a credential. */
  readonly detail: string | undefined;
  constructor(fault: PluginFault, message: string, detail?: string) {
    super(message);
    this.fault = fault;
    this.detail = detail;
  }
}
