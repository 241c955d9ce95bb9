import type { Files } from "../files/files.ts";
import { baseName, joinPath } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";
import { codeOf } from "../files/system-error.ts";

/** Directories in which the system manager looks for units, in order (systemd.unit(5), "Unit File Load Path"). */
export const UNIT_PATH: readonly string[] = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
  "/etc/systemd/system",
  "/etc/systemd/system.attached",
  "/run/systemd/system",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
  "/run/systemd/generator.late",
];

/** The files that make up a unit. */
export type UnitFiles =
  | { readonly state: "absent" }
  | { readonly state: "masked"; readonly path: string }
  | { readonly state: "unreadable"; readonly path: string; readonly reason: string }
  | {
      readonly state: "found";
      /** The requested name: `kubelet.service`. */
      readonly name: string;
      readonly texts: readonly UnitText[];
    };

export interface UnitText {
  readonly path: string;
  readonly text: string;
  readonly kind: "unit" | "drop-in";
  readonly modifiedMs: number;
}

/**
 * The unit's own file and its drop-ins in the order in which systemd reads them: `.conf` files of `NAME.d`, of the directories
 * for shortened names (`foo-.service.d` for `foo-bar.service`) and of `service.d`, sorted by name. Of several with the same name
 * the first is used: NAME.d before the shortened names before the type, and /etc before /run before /usr. A unit that is empty
 * or a link to /dev/null is masked; such a drop-in has no effect.
 */
export function findUnit(files: Files, name: string, path: readonly string[] = UNIT_PATH): UnitFiles {
  const unit = path.map((directory) => joinPath(directory, name)).find((file) => isThere(files, file));
  if (unit === undefined) return { state: "absent" };
  if (isMask(files, unit)) return { state: "masked", path: unit };
  const texts: UnitText[] = [];
  for (const file of [unit, ...dropIns(files, [name, ...aliases(files, unit, name)], path)]) {
    if (file !== unit && isMask(files, file)) continue;
    const text = readText(files, file);
    if (text.state === "absent") continue;
    if (text.state === "unreadable") return { state: "unreadable", path: file, reason: text.reason };
    const kind = file === unit ? "unit" : "drop-in";
    texts.push({ path: file, text: text.text, kind, modifiedMs: text.status.modifiedMs });
  }
  return { state: "found", name, texts };
}

/** A link between two names in the unit path makes one an alias of the other; drop-ins of both are used. */
function aliases(files: Files, unit: string, name: string): readonly string[] {
  if (files.status(unit, "do-not-follow")?.kind !== "symlink") return [];
  const target = baseName(files.readLink(unit));
  return target !== name && target.endsWith(".service") ? [target] : [];
}

function dropIns(files: Files, names: readonly string[], path: readonly string[]): readonly string[] {
  const directories = [
    ...names.flatMap((name) =>
      path.flatMap((at) => dropInNames(name).map((one) => joinPath(at, `${one}.d`))),
    ),
    ...path.map((at) => joinPath(at, "service.d")),
  ];
  const found = new Map<string, string>();
  for (const directory of directories) {
    const listing = listDirectory(files, directory);
    if (listing.state !== "read") continue;
    for (const file of listing.names) {
      if (file.endsWith(".conf") && !file.startsWith(".") && !found.has(file))
        found.set(file, joinPath(directory, file));
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

/** For `foo-bar@x.service`: the name, its template, and the name shortened after each dash. */
function dropInNames(name: string): readonly string[] {
  const suffix = name.slice(name.lastIndexOf("."));
  const stem = name.slice(0, -suffix.length);
  const at = stem.indexOf("@");
  const prefix = at < 0 ? stem : stem.slice(0, at);
  const names = [name];
  if (at >= 0 && stem.length > at + 1) names.push(`${prefix}@${suffix}`);
  for (let dash = prefix.lastIndexOf("-"); dash > 0; dash = prefix.lastIndexOf("-", dash - 1)) {
    if (dash === prefix.length - 1) continue;
    names.push(`${prefix.slice(0, dash + 1)}${at < 0 ? "" : stem.slice(at)}${suffix}`);
    if (at >= 0) names.push(`${prefix.slice(0, dash + 1)}@${suffix}`);
  }
  return names;
}

function isThere(files: Files, path: string): boolean {
  try {
    return files.status(path, "do-not-follow") !== undefined;
  } catch (error) {
    if (codeOf(error) === "ENAMETOOLONG") return false;
    throw error;
  }
}

function isMask(files: Files, path: string): boolean {
  const own = files.status(path, "do-not-follow");
  if (own?.kind === "symlink" && files.readLink(path) === "/dev/null") return true;
  const status = files.status(path);
  return status?.kind === "device" || (status?.kind === "file" && status.size === 0);
}
