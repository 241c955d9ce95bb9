import type { ImageCredentials, ProviderTrace } from "@imagecred/kubelet";
import { withProgress } from "../../output/progress.ts";
import { type EnvironmentSource, openSession, type SessionOptions } from "../../session/session.ts";
import type { Command, CommonOptions } from "../command.ts";
import { renderGet } from "./render.ts";

export interface GetOptions extends CommonOptions, SessionOptions {
  readonly reveal?: boolean;
}

export interface ShownCredential {
  /** What the plugin gave it for: host, port and path. */
  readonly key: string;
  readonly provider: string;
  readonly username: string;
  /** null unless --reveal. */
  readonly password: string | null;
  readonly passwordLength: number;
}

export interface ShownProvider {
  readonly name: string;
  readonly outcome: ProviderTrace["outcome"];
  /** Milliseconds that the plugin ran. */
  readonly ms: number | null;
  readonly keys: readonly string[];
  readonly cacheKeyType: string | null;
  /** Seconds for which the kubelet would keep the answer, null where it would not. */
  readonly cacheSeconds: number | null;
  /** The kubelet's own words. */
  readonly error: string | null;
  /** What the kubelet knows and does not say. */
  readonly detail: string | null;
}

export interface GetDocument {
  readonly kind: "Get";
  readonly image: string;
  readonly name: string;
  readonly config: string;
  readonly binDir: string;
  readonly environment: EnvironmentSource;
  /** In the order in which the kubelet tries them. */
  readonly credentials: readonly ShownCredential[];
  readonly providers: readonly ShownProvider[];
  /** Keys of answers that the kubelet drops, with its words. */
  readonly ignoredKeys: readonly { readonly key: string; readonly message: string }[];
}

export const get: Command<GetOptions, GetDocument> = {
  async run(options, platform) {
    const session = openSession(options, platform);
    const asked = await withProgress(platform, options, "running the plugins", () =>
      session.providers.credentialsFor(options.image, session.podIdentity?.pod),
    );
    const now = platform.clock.now();
    return {
      kind: "Get",
      image: options.image,
      name: session.image.repo,
      config: session.places.config,
      binDir: session.places.binDir,
      environment: session.environmentSource,
      credentials: shownCredentials(asked, options.reveal === true),
      providers: asked.trace.map((trace) => shownProvider(trace, now)),
      ignoredKeys: asked.ignored,
    };
  },
  render: renderGet,
  exitCode: ({ credentials }) => (credentials.length > 0 ? 0 : 1),
  reveals: ({ reveal }) => reveal === true,
};

function shownCredentials(asked: ImageCredentials, reveal: boolean): readonly ShownCredential[] {
  return asked.credentials.map(({ key, provider, username, password }) => {
    const secret = password.reveal();
    return { key, provider, username, password: reveal ? secret : null, passwordLength: secret.length };
  });
}

function shownProvider(trace: ProviderTrace, now: number): ShownProvider {
  const expiresAt = trace.stored?.expiresAt;
  return {
    name: trace.provider,
    outcome: trace.outcome,
    ms: trace.execMs === undefined ? null : Math.round(trace.execMs),
    keys: trace.keys ?? [],
    cacheKeyType: trace.stored?.cacheKeyType ?? null,
    cacheSeconds: expiresAt === undefined ? null : Math.round((expiresAt - now) / 1000),
    error: trace.error ?? null,
    detail: trace.detail ?? null,
  };
}
