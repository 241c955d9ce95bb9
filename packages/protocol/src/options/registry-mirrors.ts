import { OptionsError } from "../errors.ts";
import { type ImageName, parseImage } from "../wire/image-name.ts";

/** `--registry HOST[:PORT]=TARGET`: a mirror or pull-through host whose images get TARGET's credentials. */
export interface RegistryMirror {
  /** host or host:port, as it stands in image names. */
  readonly mirror: string;
  /** The registry whose credentials are answered: host or host:port, or a host with a repository path. */
  readonly target: string;
}

/** @throws {OptionsError} */
export function parseRegistryMirrors(
  values: readonly string[],
  flag = "--registry",
): readonly RegistryMirror[] {
  return values.map((value) => {
    const equals = value.indexOf("=");
    const mirror = value.slice(0, Math.max(0, equals));
    const target = value.slice(equals + 1);
    if (equals < 1 || target === "") {
      throw new OptionsError(`${flag} is ${JSON.stringify(value)}, expected HOST[:PORT]=TARGET`);
    }
    return { mirror: registryOf(mirror, flag), target: registryOf(target, flag) };
  });
}

function registryOf(text: string, flag: string): string {
  try {
    const parsed = parseImage(`${text}/x`);
    if (parsed.registry === text) return text;
  } catch {
    // Falls through to the same message: what matters is which value was wrong.
  }
  throw new OptionsError(`${flag}: ${JSON.stringify(text)} is not a registry host[:port]`);
}

/** The mirror entry for an image's registry, if the operator opted it in. */
export function mirrorOf<Mirror extends Pick<RegistryMirror, "mirror">>(
  image: Pick<ImageName, "registry">,
  mirrors: readonly Mirror[],
): Mirror | undefined {
  return mirrors.find(({ mirror }) => mirror === image.registry);
}
