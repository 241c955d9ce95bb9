import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";

export interface Ran {
  /** stdout and stderr, as a terminal would show them. */
  readonly output: string;
  readonly exitCode: number;
}

/** A shell session like the one of a reader: variables and the working directory persist between commands. */
export class Session implements AsyncDisposable {
  readonly #shell: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #output = "";
  /** Of the next piece of output, or the end. */
  #news = Promise.withResolvers<void>();

  /** @param command starts a bash that reads commands from stdin */
  constructor([program = "", ...args]: readonly string[], env: Readonly<Record<string, string>>) {
    this.#shell = spawn(program, args, { env });
    this.#ended = once(this.#shell, "close");
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
        this.#news.resolve();
        this.#news = Promise.withResolvers();
      });
    }
    this.#shell.on("close", () => this.#news.resolve());
  }

  /** Runs one command, which may have several lines. @throws Error when the shell ends */
  async run(command: string): Promise<Ran> {
    const mark = `--- end of command ${crypto.randomUUID()}`;
    this.#output = "";
    // The group preserves `cd` and variables; `$?` is passed on to the next command, which may print it.
    this.#shell.stdin.write(
      `{ (exit \${status:-0}); ${command}\n} 2>&1 < /dev/null\nstatus=$?; printf '%s %s\\n' '${mark}' "$status"\n`,
    );
    for (;;) {
      const end = this.#output.indexOf(`${mark} `);
      if (end >= 0 && this.#output.endsWith("\n")) {
        return {
          output: this.#output.slice(0, end),
          exitCode: Number(this.#output.slice(end + mark.length + 1)),
        };
      }
      if (this.#shell.exitCode !== null) throw new Error(`the shell ended\n${this.#output}`);
      await this.#news.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shell.stdin.end();
    await this.#ended;
  }
}

/** The commands of a `console` block, with the output that the page shows. */
export function commandsOf(content: string): readonly { readonly command: string; readonly shown: string }[] {
  const found: { command: string; shown: string }[] = [];
  for (const line of content.split("\n").slice(0, -1)) {
    const last = found.at(-1);
    if (line.startsWith("$ ")) found.push({ command: line.slice(2), shown: "" });
    else if (last !== undefined && last.shown === "" && line.startsWith("> "))
      last.command += `\n${line.slice(2)}`;
    else if (last !== undefined) last.shown += `${line}\n`;
    else throw new Error(`output before the first command: ${line}`);
  }
  return found;
}
