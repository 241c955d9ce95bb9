/** Ends a running command and its child processes. */
export type EndCommand = () => void;

/** The running commands: all must end with this process. */
export const runningCommands = new Set<EndCommand>();
