import type { WindowsNodes } from "./types.ts";

/** What an operator does on the Windows nodes of a distribution, which `imagecred install` does not change. */
export function windowsNotes(windows: WindowsNodes | undefined): readonly string[] {
  if (windows === undefined) return [];
  const { configPath, binDir, service, more } = windows;
  const note = `Windows nodes: copy the configuration to ${configPath} and the .exe files, by their bare names, to ${binDir}; then Restart-Service ${service}.`;
  return [more === undefined ? note : `${note} ${more}`];
}
