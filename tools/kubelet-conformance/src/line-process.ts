import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** Longer than any plugin may run (the kubelet gives it 60 s), so that only a hang takes longer. */
const ANSWER_SECONDS = 90;

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** A program that writes one line to its standard output for each line of its standard input, in order. */
export class LineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting: Waiting[] = [];
  readonly #name: string;
  #stderr = "";
  #unfinished = "";
  #ended: Error | undefined;

  /** @param env the whole environment of the program */
  constructor(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv) {
    const [program, ...args] = command;
    this.#name = program;
    this.#child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stderr += chunk;
    });
    this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => this.#read(chunk));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("close", (code, signal) => this.#end(`exit ${code ?? signal}`));
    // The close event reports a program that died, with the end of its output.
    this.#child.stdin.on("error", () => {});
  }

  /**
   * Sends one request; several may be in flight.
   * @returns the response's `out`
   * @throws Error if the program responds with `fault` (a defect of the request or of the program), has ended, or has not
   *   responded within {@link ANSWER_SECONDS}; it is then killed
   */
  async ask(question: Readonly<Record<string, unknown>>): Promise<unknown> {
    const hang = setTimeout(() => {
      this.#end(`no response in ${ANSWER_SECONDS} s to ${JSON.stringify(question)}`);
      this.#child.kill("SIGKILL");
    }, ANSWER_SECONDS * 1000);
    const answered = new Promise<string>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${oneLine(question)}\n`);
    });
    const line = await answered.finally(() => clearTimeout(hang));
    const answer = JSON.parse(line) as { out?: unknown; fault?: string };
    if (answer.fault !== undefined) {
      throw new Error(`${this.#name}: ${answer.fault}, asked ${JSON.stringify(question)}`);
    }
    return answer.out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended !== undefined) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    await closed;
  }

  // Not node:readline, which also ends a line at U+2028 and U+2029; JSON leaves those as they are.
  #read(chunk: string): void {
    const lines = (this.#unfinished + chunk).split("\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) this.#waiting.shift()?.resolve(line);
  }

  #end(how: string): void {
    this.#ended ??= new Error(`${this.#name} has ended: ${how}\n${this.#stderr}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}

/** JSON that is one line to every reader, also to one that treats U+2028 as a line end. */
function oneLine(question: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(question).replace(/[\u2028\u2029]/g, (separator) =>
    separator === "\u2028" ? "\\u2028" : "\\u2029",
  );
}
