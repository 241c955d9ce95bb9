import { covers } from "./glob-set.ts";

/** Hosts that differ by more letters are not typos: `amazonaws.cn` and `amazonaws.com.cn` differ by four. */
const MOST_LETTERS = 4;
/** Added to the number of letters if the top-level domain differs. */
const OTHER_DOMAIN = 3;

function lastLabel(host: string): string {
  return host.slice(host.lastIndexOf(".") + 1);
}

/**
 * The host pattern that was probably intended: the nearest of the forms, with the host's own labels for the form's wildcards
 * (`123456789012.dkr.ecr.eu-west-1.on.aws` gives `123456789012.dkr-ecr.eu-west-1.on.aws`).
 * @param forms patterns whose wildcards are whole labels
 * @returns undefined if none is near
 */
export function meantHost(host: string, forms: readonly string[]): string | undefined {
  return meantText(host, forms)?.replace(
    /[\ue000-\uf8ff]/g,
    (mark) => host[mark.charCodeAt(0) - TAKEN] ?? "",
  );
}

/** In an alignment's text, this character plus an index represents the host's letter at that index. */
const TAKEN = 0xe000;

const known = new WeakMap<readonly string[], Map<string, string | undefined>>();

/** Cached: hosts that differ only in the account number have the same form, and a file can have thousands of them. */
function meantText(host: string, forms: readonly string[]): string | undefined {
  const kind = host.replace(/\d{4,}/g, (digits) => "0".repeat(digits.length));
  const cache = known.get(forms) ?? new Map<string, string | undefined>();
  known.set(forms, cache);
  if (!cache.has(kind)) cache.set(kind, nearestText(kind, forms));
  return cache.get(kind);
}

function nearestText(host: string, forms: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const form of forms) {
    const letters = form.replaceAll(/[*.]/g, "").length;
    const most = Math.min(MOST_LETTERS, letters / 2);
    if (isFarther(host, form, most)) continue;
    const { text, cost } = align(host, form);
    if (cost === 0) continue;
    // A country's domain is rarely a typo of another: amazonaws.cn lacks a label.
    const rank = cost + (lastLabel(host) === lastLabel(form) ? 0 : OTHER_DOMAIN);
    if (rank < least) [best, least] = [text, rank];
  }
  return best;
}

/** The forms that would match if a `*` matched several labels, as authors of `*.amazonaws.com` expect. */
export function spannedForms(host: string, forms: readonly string[]): readonly string[] {
  return host.includes("*") ? forms.filter((form) => covers(host, form)) : [];
}

/** Whether a host and a form differ by more than `most` letters; stops as soon as that is certain. */
function isFarther(host: string, form: string, most: number): boolean {
  let row = Uint16Array.from({ length: host.length + 1 }, (_, index) => index);
  for (const letter of form) {
    const next = new Uint16Array(host.length + 1);
    let least = 0xffff;
    for (let i = 0; i <= host.length; i++) {
      const above = row[i] ?? 0;
      const before = i === 0 ? 0xffff : (next[i - 1] ?? 0);
      const own = host[i - 1];
      const cost =
        letter === "*"
          ? Math.min(above, own === "." ? 0xffff : before)
          : Math.min(above + 1, before + 1, i === 0 ? 0xffff : (row[i - 1] ?? 0) + (own === letter ? 0 : 1));
      next[i] = cost;
      least = Math.min(least, cost);
    }
    if (least > most) return true;
    row = next;
  }
  return (row[host.length] ?? 0) > most;
}

interface Cell {
  readonly cost: number;
  /** The form's text up to here, with the host's labels for its wildcards. */
  readonly text: string;
}

/**
 * The number of letters to change, add and remove until a host fits a form. A `*` of the form matches one label at no
 * cost; every other letter costs one.
 */
function align(host: string, form: string): Cell {
  const start: Cell = { cost: 0, text: "" };
  let row: Cell[] = [start];
  for (let i = 1; i <= host.length; i++) row.push({ cost: i, text: "" });
  for (const letter of form) {
    const next: Cell[] = [];
    for (let i = 0; i <= host.length; i++) {
      const [above, before, diagonal] = [row[i] ?? start, next[i - 1], row[i - 1]];
      const own = host[i - 1];
      const options =
        letter === "*"
          ? wildcardOptions(above, before, own, i - 1)
          : letterOptions(letter, above, before, diagonal, own);
      next.push(options.reduce((least, option) => (option.cost < least.cost ? option : least)));
    }
    row = next;
  }
  const { cost, text } = row.at(-1) ?? start;
  // A wildcard that matched no letter stays a wildcard.
  return { cost, text: text.replace(/(?<=^|\.)(?=\.|$)/g, "*") };
}

/** At a `*`: it ends here, or matches one more letter of this label. */
function wildcardOptions(
  above: Cell,
  before: Cell | undefined,
  own: string | undefined,
  index: number,
): readonly Cell[] {
  const takes =
    before === undefined || own === undefined || own === "."
      ? []
      : [{ cost: before.cost, text: before.text + String.fromCharCode(TAKEN + index) }];
  return [...takes, above];
}

function letterOptions(
  letter: string,
  above: Cell,
  before: Cell | undefined,
  diagonal: Cell | undefined,
  own: string | undefined,
): readonly Cell[] {
  return [
    ...(diagonal === undefined
      ? []
      : [{ cost: diagonal.cost + (own === letter ? 0 : 1), text: diagonal.text + letter }]),
    { cost: above.cost + 1, text: above.text + letter },
    ...(before === undefined ? [] : [{ cost: before.cost + 1, text: before.text }]),
  ];
}
