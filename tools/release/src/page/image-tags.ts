/**
 * The tags of an image: `1.2.3`, `1.2` and `1`, so that a Dockerfile can follow fixes or features. A version before its
 * release (`1.2.3-rc.1`) has its own tag only. Releases are made from main one after another, so the last one is the newest.
 */
export function imageTags(version: string): readonly string[] {
  const [major, minor] = version.split(".");
  return version.includes("-") ? [version] : [version, `${major}.${minor}`, `${major}`];
}
