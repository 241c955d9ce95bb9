import {
  type RestorationDocument,
  renderRestoration,
  restorationExitCode,
  undo,
} from "../../installation/restoration.ts";
import type { Command } from "../command.ts";
import type { UninstallOptions } from "./definition.ts";

export const uninstall: Command<UninstallOptions, RestorationDocument> = {
  run: (options, platform) => undo("all", options, platform),
  render: renderRestoration,
  exitCode: restorationExitCode,
};
