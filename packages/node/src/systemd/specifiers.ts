/** Specifiers that depend only on the unit's name and the system's layout (systemd.unit(5), "Specifiers"), for the system manager. */
function specifiers(unit: string): Readonly<Record<string, string>> {
  const name = unit.replace(/\.[^.]*$/, "");
  const at = name.indexOf("@");
  const prefix = at < 0 ? name : name.slice(0, at);
  const instance = at < 0 ? "" : name.slice(at + 1);
  return {
    "%": "%",
    n: unit,
    N: name,
    p: prefix,
    P: unescapeName(prefix),
    i: instance,
    I: unescapeName(instance),
    j: prefix.slice(prefix.lastIndexOf("-") + 1),
    J: unescapeName(prefix.slice(prefix.lastIndexOf("-") + 1)),
    t: "/run",
    S: "/var/lib",
    C: "/var/cache",
    L: "/var/log",
    E: "/etc",
    T: "/tmp",
    V: "/var/tmp",
    u: "root",
    U: "0",
    g: "root",
    G: "0",
    h: "/root",
    s: "/bin/sh",
  };
}

/** The reverse of systemd-escape(1): `-` is `/`, `\x2d` is a byte. */
function unescapeName(text: string): string {
  return text.replace(/-|\\x([0-9a-fA-F]{2})/g, (_, byte) =>
    byte === undefined ? "/" : String.fromCharCode(Number.parseInt(byte, 16)),
  );
}

/**
 * Replaces specifiers. Specifiers that depend on the running machine (`%H`, `%m`, `%b`, `%v`) and unknown ones stay, and the
 * text is then not `complete`.
 */
export function replaceSpecifiers(
  text: string,
  unit: string,
): { readonly text: string; readonly complete: boolean } {
  const known = specifiers(unit);
  let complete = true;
  const replaced = text.replace(/%([\s\S]?)/g, (whole, letter: string) => {
    const value = letter === "" ? undefined : known[letter];
    if (value !== undefined) return value;
    complete = letter !== "" && !/[A-Za-z]/.test(letter) ? complete : false;
    return whole;
  });
  return { text: replaced, complete };
}
