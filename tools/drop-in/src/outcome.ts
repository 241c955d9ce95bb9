import type { Clouds } from "@imagecred/fake-clouds";
import { ImageNameError, parseImageName } from "@imagecred/kubelet";
import { Keyring } from "@imagecred/protocol/keyring";
import type { RunResult } from "@imagecred/workspace";
import type { Login } from "./registry.ts";
import type { Comparison, Situation } from "./situation.ts";

/**
 * What a run means for the pull, in the words of the table: `pulls as role node`, `a login that the registry refuses`,
 * `an empty login`, `no login`, `error`. What counts is the login that the kubelet would try first.
 */
export async function outcomeOf(
  { image: usualImage, holder }: Comparison,
  { image = usualImage, registry = image }: Situation,
  clouds: Clouds,
  { exitCode, signal, stdout }: RunResult,
): Promise<string> {
  if (exitCode !== 0) return signal === null ? "error" : `ended by ${signal}`;
  const login = loginFor(image, stdout);
  if (login === undefined) return "no login";
  if (login.username === "" || login.password === "") return "an empty login";
  const who = await holder(clouds, repositoryOf(registry), login);
  return who === undefined ? "a login that the registry refuses" : `pulls as ${who}`;
}

/** The login that the kubelet would try first. */
function loginFor(image: string, stdout: string): Login | undefined {
  const { auth } = JSON.parse(stdout) as { readonly auth?: Readonly<Record<string, Login>> };
  const keyring = new Keyring<Login>();
  keyring.add(new Map(Object.entries(auth ?? {})));
  return keyring.lookup(kubeletName(image))[0]?.credential;
}

/** The name by which the kubelet looks for a login. A name that it refuses stays as it is. */
function kubeletName(image: string): string {
  try {
    return parseImageName(image).repo;
  } catch (error) {
    if (error instanceof ImageNameError) return image;
    throw error;
  }
}

/** Host and repository, without port, tag and digest: what the fake registry has. */
function repositoryOf(image: string): string {
  const [host = "", ...path] = image.split("@")[0]?.split("/") ?? [];
  return [host.replace(/:\d+$/, ""), path.join("/").replace(/:[^:]*$/, "")].join("/");
}
