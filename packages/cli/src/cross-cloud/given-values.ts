import { nearest } from "@imagecred/protocol";
import { UsageError } from "../errors.ts";
import type { Route, Source } from "./route.ts";
import { type AzureFacts, VALUES, type ValueName, type ValueSpec, type Values } from "./values.ts";

/** The given values, and those that are still missing because a command prints them. */
export interface GivenValues extends Values {
  readonly missing: readonly ValueName[];
}

/** Placeholder for a value that is not known yet; no command and no plugin accepts it. */
function placeholderOf(name: ValueName): string {
  return `REPLACE-${name}`;
}

/** Names of the values that a route needs. */
export function namesFor(route: Route, from: Source): readonly ValueName[] {
  return [...route.needs, ...(from === "arc" ? [] : (route.needsOutsideArc ?? []))];
}

/** Parses `--set NAME=VALUE`. @throws {UsageError} for an unknown name or an invalid value */
export function parseSettings(settings: readonly string[]): ReadonlyMap<ValueName, string> {
  const values = new Map<ValueName, string>();
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const written = at < 0 ? setting : setting.slice(0, at);
    const name = (Object.keys(VALUES) as ValueName[]).find((each) => each === written);
    if (name === undefined) {
      const near = nearest(written, Object.keys(VALUES));
      throw new UsageError(
        `--set ${setting}: there is no value ${written}${near === undefined ? "" : `; did you mean ${near}?`}`,
      );
    }
    const { about, form, example } = VALUES[name];
    const value = setting.slice(at + 1);
    if (at < 0 || !form.test(value))
      throw new UsageError(`--set ${setting}: expected ${name}=VALUE with ${about}, such as ${example}`);
    values.set(name, value);
  }
  return values;
}

/**
 * The values for some routes.
 * @throws {UsageError} if a value that no command prints is missing, or no route needs a given value
 */
export function valuesFor(
  routes: readonly Route[],
  from: Source,
  given: ReadonlyMap<ValueName, string>,
  azure: AzureFacts,
): GivenValues {
  const needed = [...new Set(routes.flatMap((route) => namesFor(route, from)))];
  const useless = [...given.keys()].find((name) => !needed.includes(name));
  if (useless !== undefined) {
    throw new UsageError(
      `--set ${useless}: not needed for ${routes.map(({ page }) => page).join(" and ")}; --cloud and --cross-cloud choose the routes`,
    );
  }
  const absent = needed.filter((name) => !given.has(name) && specOf(name).default === undefined);
  const unknown = absent.filter((name) => specOf(name).printedBy === undefined);
  if (unknown.length > 0) {
    const words = unknown.map((name) => `--set ${name}=${specOf(name).example} (${specOf(name).about})`);
    throw new UsageError(`--cross-cloud ${from} also requires, with your own values: ${words.join(", ")}`);
  }
  return {
    of: (name) => given.get(name) ?? specOf(name).default ?? placeholderOf(name),
    azure,
    missing: absent,
  };
}

function specOf(name: ValueName): ValueSpec {
  return VALUES[name];
}
