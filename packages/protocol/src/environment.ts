/** Environment variables by name. A plugin gets them as an argument and never reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;
