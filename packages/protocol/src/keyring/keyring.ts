/** BasicDockerKeyring of pkg/credentialprovider/keyring.go: which credentials are tried for an image, in which order. */
import { type ByteString, textOf } from "../go/bytes.ts";
import { quote } from "../go/quote.ts";
import { GoUrlError, parseHttpUrl } from "../go/url.ts";
import { matchImage } from "./match-image.ts";

/** A credential that matches an image. */
export interface FiledCredential<T> {
  /** The key that it is stored under: host, port and path, without scheme. */
  readonly key: string;
  readonly credential: T;
}

/** A key that the kubelet logs and ignores. */
export interface IgnoredKey {
  readonly key: string;
  /** The text that the kubelet logs. */
  readonly message: string;
}

const DOCKER_HUB_KEY = "index.docker.io";

/** Credentials of several providers by key. */
export class Keyring<T> {
  readonly #credentials = new Map<ByteString, T[]>();
  readonly ignored: IgnoredKey[] = [];

  /** Adds the credentials of one response; under an equal key, earlier ones come first. */
  add(credentials: ReadonlyMap<string, T>): void {
    for (const [key, credential] of credentials) {
      const normalized = this.#normalize(key);
      if (normalized === undefined) continue;
      const filed = this.#credentials.get(normalized);
      if (filed === undefined) this.#credentials.set(normalized, [credential]);
      else filed.push(credential);
    }
  }

  #normalize(key: string): ByteString | undefined {
    const url = /^https?:\/\//.test(key) ? key : `https://${key}`;
    try {
      const { host, path } = parseHttpUrl(url);
      // As in Docker's client, /v1/ and /v2/ mean the host itself.
      const rest = /^\/v[12]\//.test(path) ? path.slice(3) : path;
      return (rest === "/" ? host : host + rest) as ByteString;
    } catch (error) {
      if (!(error instanceof GoUrlError)) throw error;
      this.ignored.push({
        key,
        message: `Entry ${quote(url)} in dockercfg invalid (${error.message}), ignoring`,
      });
      return undefined;
    }
  }

  /**
   * The credentials whose keys match an image, in the order in which the kubelet tries them: keys in reverse byte order,
   * so longer paths before shorter and exact hosts before most globs. If no key matches a Docker Hub image, those for
   * `index.docker.io`.
   */
  lookup(image: string): FiledCredential<T>[] {
    const keys = [...this.#credentials.keys()].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
    const found = keys
      .filter((key) => matchImage(textOf(key), image).matched)
      .flatMap((key) => this.#filed(key));
    if (found.length > 0 || !isDockerHub(image)) return found;
    return this.#filed(DOCKER_HUB_KEY as ByteString);
  }

  #filed(key: ByteString): FiledCredential<T>[] {
    return (this.#credentials.get(key) ?? []).map((credential) => ({ key: textOf(key), credential }));
  }
}

/** isDefaultRegistryMatch. */
function isDockerHub(image: string): boolean {
  const slash = image.indexOf("/");
  const first = slash < 0 ? image : image.slice(0, slash);
  if (first === "") return false;
  return slash < 0 || first === "docker.io" || first === DOCKER_HUB_KEY || !/[.:]/.test(first);
}
