import type { WindowsNodes } from "./types.ts";

/** Instructions for the Windows nodes of a distribution, which `imagecred install` does not support. */
export function windowsNotes(windows: WindowsNodes | undefined): readonly string[] {
  if (windows === undefined) return [];
  const { configPath, binDir, service, more } = windows;
  const note = `Windows nodes: copy the configuration to ${configPath} and the .exe files, renamed to PLUGIN.exe, to ${binDir}; then run Restart-Service ${service}.`;
  return [more === undefined ? note : `${note} ${more}`];
}
