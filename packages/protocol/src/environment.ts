/** Environment variables by name. A plugin gets them as an argument and never looks at the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;
