import { assetName, FLAVORS, type Flavor, PROGRAMS, type Program } from "../assets.ts";

/** The project's repository on GitHub. */
export const REPOSITORY = "imagecred/imagecred";

/** The files of a release as they can be downloaded. */
export interface Downloads {
  readonly version: string;
  /** `https://github.com/OWNER/imagecred/releases/download/v1.2.3` */
  readonly base: string;
  /** SHA-256 in hex by the flat name of a file. */
  readonly digests: ReadonlyMap<string, string>;
}

/** The URL of a file and its digest; undefined where this release does not have it. */
export function download(
  name: string,
  { base, digests }: Downloads,
): { readonly url: string; readonly sha256: string } | undefined {
  const sha256 = digests.get(name);
  return sha256 === undefined ? undefined : { url: `${base}/${name}`, sha256 };
}

/** Every executable of a release, by flavor. */
export function executablesOf({
  digests,
}: Downloads): readonly { readonly program: Program; readonly flavor: Flavor; readonly name: string }[] {
  return FLAVORS.flatMap((flavor) =>
    PROGRAMS.map((program) => ({ program, flavor, name: assetName(program, flavor) })),
  ).filter(({ name }) => digests.has(name));
}
