import {
  type Context,
  CredentialError,
  type CredentialProviderRequest,
  findIdentity,
  type IdentitySource,
  orNext,
  planIdentity,
  TransportError,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import type { AccessToken } from "./identity/access-token.ts";
import { wellKnownFile } from "./identity/default-credentials.ts";
import { instanceToken } from "./identity/instance.ts";
import type { GcrOptions } from "./options.ts";
import { DEFAULT_UNIVERSE, type Universe } from "./universe.ts";

/** An access token, and whose it is: everybody's on the node, or one service account's. */
export interface Identity extends AccessToken {
  readonly of: "node" | "pod";
}

/** A file that names an identity: https://cloud.google.com/docs/authentication/application-default-credentials */
const FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

/**
 * Finds out who we are for a request, as an access token of the registry's universe.
 * @throws {CredentialError}
 */
export async function identify(
  request: CredentialProviderRequest,
  universe: Universe,
  options: GcrOptions,
  context: Context,
): Promise<Identity> {
  const plan = planIdentity(request, options.identity);
  const { registry } = request.image;
  const node = nodeSources(registry, universe, options, context);
  if (plan.use === "node") {
    return (await findIdentity(node, registry, context.log, NODE_ADVICE)).identity;
  }
  const pod: IdentitySource<Identity> = {
    name: "the pod's service account",
    async find() {
      checkAssumed(registry, universe, options);
      const { podToken } = await import("./identity/pod.ts");
      const found = await podToken(request, plan.token, universe, options, context);
      return "unavailable" in found ? found : { ...found, identity: { ...found.identity, of: "pod" } };
    },
  };
  const sources = plan.fallbackToNode ? [orNext(pod), ...node] : [pod];
  return (await findIdentity(sources, registry, context.log, POD_ADVICE)).identity;
}

const NODE_ADVICE = `on Google Cloud attach a service account to the instance, elsewhere set ${FILE_VARIABLE}`;
const POD_ADVICE =
  "name the pool, or let the node's identity pull: --identity node for every pod, --identity-fallback node for those without one of their own";

/** Application default credentials, in their usual order: the named file, gcloud's, the metadata server. */
function nodeSources(
  registry: string,
  universe: Universe,
  options: GcrOptions,
  context: Context,
): readonly IdentitySource<Identity>[] {
  const fromFile = async (path: string, text: string) => {
    const { fileToken } = await import("./identity/credential-file.ts");
    const { identity, principal } = await fileToken(path, text, registry, universe, context);
    return { identity: { ...identity, of: "node" as const }, principal };
  };
  return [
    {
      name: FILE_VARIABLE,
      async find() {
        const path = context.env[FILE_VARIABLE];
        if (path === undefined || path === "") return { unavailable: "not set" };
        return await fromFile(path, await context.files.readText(path, "Google credential file"));
      },
    },
    {
      name: "gcloud's application default credentials",
      async find() {
        const path = wellKnownFile(context.env);
        if (path === undefined) return { unavailable: "no home directory" };
        const text = await context.files.readTextIfThere(path, "Google credential file");
        return text === undefined ? { unavailable: `no ${path}` } : await fromFile(path, text);
      },
    },
    {
      name: "the metadata server",
      async find() {
        checkAssumed(registry, universe, options);
        const token = await instanceToken(universe, options, context).catch(offCloud);
        return { identity: { ...token, of: "node" }, principal: `service account ${options.serviceAccount}` };
      },
    },
  ];
}

/** Neither a pod's token nor the instance says what universe it is of: unless told, it is the default one. */
function checkAssumed(registry: string, universe: Universe, options: GcrOptions): void {
  const assumed = (options.universe ?? DEFAULT_UNIVERSE).domain;
  if (assumed === universe.domain) return;
  throw new UnsupportedRegistryError(
    `${registry} belongs to the universe ${universe.domain}, and credentials are taken for those of ${assumed}; where that is wrong, say --universe-domain ${universe.domain}`,
  );
}

/** Where there is no metadata server, the question is what else there should have been. */
function offCloud(error: unknown): never {
  if (!(error instanceof CredentialError && error.cause instanceof TransportError)) throw error;
  if (error.cause.phase !== "connect" && error.cause.phase !== "lookup") throw error;
  throw error.with({ advice: NODE_ADVICE });
}
