import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, run, runFile } from "@imagecred/workspace";
import type { Programs } from "./programs.ts";

/** Logins by registry, as in a plugin's response. */
export type Logins = Readonly<Record<string, { readonly username: string; readonly password: string }>>;

/** Google's client for registries, with its own logins. */
export class Crane {
  readonly #path: string;
  readonly #scratch: string;
  readonly #caFile: string;

  /** @param scratch a directory for its files @param caFile the authorities that it trusts */
  constructor({ crane }: Programs, scratch: string, caFile: string) {
    this.#path = crane;
    this.#scratch = scratch;
    this.#caFile = caFile;
  }

  /** Runs it with these logins in its Docker configuration. */
  run(logins: Logins, ...args: readonly string[]): Promise<RunResult> {
    const directory = mkdtempSync(join(this.#scratch, "docker-"));
    const auths = Object.fromEntries(
      Object.entries(logins).map(([registry, { username, password }]) => [
        registry,
        { auth: Buffer.from(`${username}:${password}`).toString("base64") },
      ]),
    );
    writeFileSync(join(directory, "config.json"), JSON.stringify({ auths }));
    const env = {
      DOCKER_CONFIG: directory,
      SSL_CERT_FILE: this.#caFile,
      HOME: directory,
      PATH: "/usr/bin:/bin",
    };
    return runFile(this.#path, { args, env });
  }

  /** Pushes an image of one small layer. @throws Error with crane's output */
  async push(image: string, logins: Logins): Promise<void> {
    const directory = mkdtempSync(join(this.#scratch, "layer-"));
    mkdirSync(join(directory, "content"));
    writeFileSync(join(directory, "content", "hello"), "hello\n");
    const layer = join(directory, "layer.tar");
    run("tar", ["cf", layer, "-C", join(directory, "content"), "hello"]);
    const { exitCode, stderr } = await this.run(logins, "append", "-f", layer, "-t", image);
    if (exitCode !== 0) throw new Error(`crane cannot push ${image}: ${stderr}`);
  }
}
