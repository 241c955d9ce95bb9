import { styleText } from "node:util";

/** Colors on a terminal; plain text for files and pipes, and with NO_COLOR. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
}

export function styleFor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Style {
  const colors = stream.isTTY === true && !env["NO_COLOR"];
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colors ? styleText(format, text) : text;
  return { bold: style("bold"), dim: style("dim"), green: style("green"), red: style("red") };
}
