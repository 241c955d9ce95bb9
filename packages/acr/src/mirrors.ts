import { type ImageName, OptionsError, parseImage } from "@imagecred/protocol";

/** A place whose images get the credentials of a registry of Azure Container Registry. */
export interface Mirror {
  /** `host[:port][/path]`, as image names begin. */
  readonly source: string;
  /** `host[:port][/path]` of the registry whose credentials are answered. */
  readonly target: string;
  /** The flag that said so, for messages. */
  readonly flag: string;
}

const FLAG = "--registry-mirror";
const PORT = /^[0-9]+(?:\/.*)?$/;

/**
 * Reads `--registry-mirror`'s `source:target,...` (the form of the Go plugin, which splits at colons and so knows no
 * ports). Ports and paths are taken too: a piece that is a number belongs to the host before it.
 * @throws {OptionsError}
 */
export function parseMirrorList(values: readonly string[]): readonly Mirror[] {
  return values
    .flatMap((value) => value.replaceAll(" ", "").split(","))
    .filter((pair) => pair !== "")
    .map(parsePair);
}

function parsePair(pair: string): Mirror {
  const places: string[] = [];
  for (const piece of pair.split(":")) {
    const last = places.at(-1);
    if (last !== undefined && PORT.test(piece) && !last.includes(":") && !last.includes("/")) {
      places[places.length - 1] = `${last}:${piece}`;
    } else {
      places.push(piece);
    }
  }
  const [source, target] = places;
  if (source === undefined || target === undefined || places.length !== 2) {
    throw new OptionsError(
      `${FLAG} has ${JSON.stringify(pair)}, expected SOURCE:TARGET, each HOST[:PORT][/PATH]`,
    );
  }
  return { source: checked(source), target: checked(target), flag: FLAG };
}

function checked(place: string): string {
  try {
    const { name } = parseImage(`${place}/x`);
    if (name === `${place}/x`) return place;
  } catch {
    // The same message: what matters is which value was wrong.
  }
  throw new OptionsError(`${FLAG}: ${JSON.stringify(place)} is not HOST[:PORT][/PATH]`);
}

/** The mirror that an image's name begins with; of several, the longest. */
export function mirrorOf(image: ImageName, mirrors: readonly Mirror[]): Mirror | undefined {
  return mirrors
    .filter(({ source }) => image.name.startsWith(`${source}/`))
    .reduce<Mirror | undefined>(
      (longest, each) =>
        longest !== undefined && longest.source.length >= each.source.length ? longest : each,
      undefined,
    );
}
