/** Ends a command that is running, and what it started. */
export type EndCommand = () => void;

/** The commands that are running: none of them may outlive this process. */
export const runningCommands = new Set<EndCommand>();
