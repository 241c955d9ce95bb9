import { ROOT, run, ToolError } from "@imagecred/workspace";

/** The commit that is being built. */
export interface Revision {
  /** Twelve digits of its hash; `+changes` follows where tracked files differ from it. */
  readonly commit: string;
  /** Day of the commit in UTC: `2026-11-27`. */
  readonly date: string;
}

let found: { readonly revision: Revision | undefined } | undefined;

/** The checkout's commit; undefined outside a git repository, where sources came as an archive. Looked up once per process. */
export function revision(): Revision | undefined {
  found ??= { revision: look() };
  return found.revision;
}

function look(): Revision | undefined {
  try {
    const git = (...args: readonly string[]) => run("git", args, { cwd: ROOT, env: { TZ: "UTC" } }).trim();
    const [commit = "", date = ""] = git(
      "log",
      "-1",
      "--format=%h %cd",
      "--abbrev=12",
      "--date=format-local:%F",
    ).split(" ");
    const changed = git("status", "--porcelain", "--untracked-files=no") !== "";
    return { commit: changed ? `${commit}+changes` : commit, date };
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
