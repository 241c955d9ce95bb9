import type { Clouds } from "@imagecred/fake-clouds";
import {
  decodePluginResponse,
  ImageNameError,
  kubeletRules,
  type PluginCredential,
  PluginError,
  parseImageName,
} from "@imagecred/kubelet";
import { Keyring } from "@imagecred/protocol/keyring";
import type { RunResult } from "@imagecred/workspace";
import type { Comparison, Situation } from "./situation.ts";

/**
 * The outcome of a run for the pull, in the words of the table: `pulls as role node`, `a login that the registry refuses`,
 * `an empty login`, `no login`, `a response that the kubelet refuses`, `error`. What counts is the login that the kubelet
 * would try first.
 * @param apiVersion of the request, which the response must have too
 */
export async function outcomeOf(
  { image: usualImage, holder }: Comparison,
  { image = usualImage, registry = image }: Situation,
  clouds: Clouds,
  { exitCode, signal, stdout }: RunResult,
  apiVersion: string,
): Promise<string> {
  if (exitCode !== 0) return signal === null ? "error" : `ended by ${signal}`;
  const auth = authIn(stdout, apiVersion);
  if (auth === undefined) return "a response that the kubelet refuses";
  const keyring = new Keyring<PluginCredential>();
  keyring.add(auth);
  const credential = keyring.lookup(kubeletName(image))[0]?.credential;
  if (credential === undefined) return "no login";
  const login = { username: credential.username, password: credential.password.reveal() };
  if (login.username === "" || login.password === "") return "an empty login";
  const who = await holder(clouds, repositoryOf(registry), login);
  return who === undefined ? "a login that the registry refuses" : `pulls as ${who}`;
}

function authIn(stdout: string, apiVersion: string): ReadonlyMap<string, PluginCredential> | undefined {
  try {
    const response = decodePluginResponse(
      new TextEncoder().encode(stdout),
      `${GROUP}/${apiVersion}`,
      kubeletRules(),
    );
    return response.auth ?? new Map();
  } catch (error) {
    if (error instanceof PluginError) return undefined;
    throw error;
  }
}

const GROUP = "credentialprovider.kubelet.k8s.io";

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
  return [host.toLowerCase().replace(/:\d+$/, ""), path.join("/").replace(/:[^:]*$/, "")].join("/");
}
