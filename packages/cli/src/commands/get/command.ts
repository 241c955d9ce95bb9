import type { ImageCredentials, ProviderTrace } from "@imagecred/kubelet";
import { withProgress } from "../../output/progress.ts";
import { openSession } from "../../session/session.ts";
import type { Command } from "../command.ts";
import type { GetOptions } from "./definition.ts";
import type { GetDocument, ShownCredential, ShownProvider } from "./document.ts";
import { renderGet } from "./render.ts";

export const get: Command<GetOptions, GetDocument> = {
  async run(options, platform) {
    const session = await openSession(options, platform);
    const asked = await withProgress(platform, options, "running the plugins", () =>
      session.providers.credentialsFor(options.image, session.podIdentity?.pod),
    );
    const now = platform.clock.now();
    return {
      kind: "Credentials",
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
