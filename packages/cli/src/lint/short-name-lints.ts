import { hasSiblings, isShortName } from "./pattern.ts";
import { hostPatternsOf, replacement } from "./patterns.ts";
import { pluginUses } from "./plugin-uses.ts";
import type { Hit, Lint } from "./types.ts";
import { listed, shown } from "./words.ts";

const shortName: Lint = {
  code: "short-name",
  severity: "warning",
  explanation:
    "A name without a dot or a port is not a host: plugins get nginx as docker.io/library/nginx and team/app as docker.io/team/app. A pattern without a host matches no image.",
  check: (context) =>
    hostPatternsOf(context)
      .filter(isShortName)
      .map((pattern): Hit => {
        const use = pluginUses(context)[pattern.providerIndex];
        const message = `${shown(pattern.text)} has no registry host`;
        const { labels, path } = pattern.side;
        if (use !== undefined) {
          const images = `such images are on Docker Hub, for which ${use.plugin.service} has no credentials`;
          return hasSiblings(pattern)
            ? {
                at: pattern.at,
                message,
                fix: `remove it: ${images}`,
                changes: [{ kind: "remove", at: pattern.at }],
              }
            : {
                at: pattern.at,
                message,
                fix: `write a registry's host, such as ${listed(use.plugin.matchImages.slice(0, 1))}: ${images}`,
                changes: [{ kind: "replace-item", at: pattern.at, values: use.plugin.matchImages }],
                guess: true,
              };
        }
        const hub = path === "" ? `docker.io/library/${labels[0]}` : `docker.io/${labels[0]}${path}`;
        const whole = path === "" ? `${hub}/` : path.endsWith("/") ? hub : `${hub}/`;
        const changes = replacement(context, pattern, [whole]);
        return {
          at: pattern.at,
          message,
          fix: `write ${shown(whole)}`,
          ...(changes === undefined ? {} : { changes, guess: true }),
        };
      }),
};

export const SHORT_NAME_LINTS: readonly Lint[] = [shortName];
