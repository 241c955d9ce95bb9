import type { ServiceAccountTokenAttributes } from "@imagecred/kubelet";
import type { Change } from "../edit/change.ts";
import { hostsIntersect } from "./glob-set.ts";
import { givesPodsIdentity } from "./identity-maps.ts";
import { hostPatternsOf } from "./patterns.ts";
import { knownUses, type PluginUse } from "./plugin-uses.ts";
import type { Hit, Lint, LintContext } from "./types.ts";
import { listed, nearest, shown } from "./words.ts";

/** A provider of our plugins with tokenAttributes and valid arguments. */
interface PodUse extends PluginUse {
  readonly token: ServiceAccountTokenAttributes;
  readonly keys: readonly string[];
}

function podUses(context: LintContext): readonly PodUse[] {
  return knownUses(context).flatMap((use): readonly PodUse[] => {
    const { tokenAttributes: token } = use.provider;
    const usesPods = use.reading.identity?.identity !== "node";
    if (token === null || use.reading.problem !== undefined || !usesPods) return [];
    const keys = [
      ...(token.requiredServiceAccountAnnotationKeys ?? []),
      ...(token.optionalServiceAccountAnnotationKeys ?? []),
    ];
    return [{ ...use, token, keys }];
  });
}

/** Annotations that each give a pod an identity. */
function identityKeys({ plugin }: PluginUse): readonly string[] {
  const naming = plugin.annotations.filter(({ namesIdentity }) => namesIdentity);
  // The vendors' own annotations first: manifests usually have these.
  return naming
    .toSorted((a, b) => Number(a.definedBy === "imagecred") - Number(b.definedBy === "imagecred"))
    .map(({ key }) => key);
}

function withoutIdentity(use: PodUse, context: LintContext): boolean {
  if (givesPodsIdentity(use, context)) return false;
  return use.reading.podsNeedAnnotation && !identityKeys(use).some((key) => use.keys.includes(key));
}

/** The change that adds a key to the optional annotation keys. */
function optional({ at, token }: PodUse, key: string): Change {
  const list = "optionalServiceAccountAnnotationKeys";
  return (token[list] ?? []).length === 0
    ? { kind: "set", at: `${at}.tokenAttributes`, key: list, value: [key] }
    : { kind: "append", at: `${at}.tokenAttributes.${list}`, value: key };
}

const identityNotPassed: Lint = {
  code: "identity-not-passed",
  severity: "warning",
  explanation:
    "The kubelet passes on only the annotations that tokenAttributes lists. Without the one that names the cloud identity, pods have no identity of their own.",
  check: (context) =>
    podUses(context).flatMap((use): readonly Hit[] => {
      const [key] = identityKeys(use);
      if (!withoutIdentity(use, context) || key === undefined) return [];
      const outcome =
        use.reading.identity?.fallback === "none"
          ? "every pod's pull fails"
          : "all pods pull with the node's identity";
      return [
        {
          at: `${use.at}.tokenAttributes`,
          message: `the annotations that give pods an identity (${listed(identityKeys(use))}) are not passed on: ${outcome}`,
          fix: `add ${shown(key)} to optionalServiceAccountAnnotationKeys`,
          changes: [optional(use, key)],
        },
      ];
    }),
};

const unreadAnnotation: Lint = {
  code: "unread-annotation",
  severity: "warning",
  explanation:
    "The plugin does not read this annotation. As a required key it needlessly prevents pods without it from getting credentials.",
  check: (context) =>
    podUses(context).flatMap((use) =>
      (["requiredServiceAccountAnnotationKeys", "optionalServiceAccountAnnotationKeys"] as const).flatMap(
        (list) =>
          (use.token[list] ?? []).flatMap((key, index): readonly Hit[] => {
            const read = use.plugin.annotations.map((annotation) => annotation.key);
            if (read.includes(key)) return [];
            const at = `${use.at}.tokenAttributes.${list}[${index}]`;
            const meant = nearest(key, read);
            const isNew = meant !== undefined && !use.keys.includes(meant);
            return [
              {
                at,
                message: `${use.plugin.name} does not read the annotation ${shown(key)}`,
                fix: isNew ? `write ${shown(meant)}` : `remove it; it reads ${listed(read)}`,
                changes: isNew
                  ? [{ kind: "replace", at, value: meant }]
                  : (use.token[list] ?? []).length > 1
                    ? [{ kind: "remove", at }]
                    : [{ kind: "remove", at: `${use.at}.tokenAttributes.${list}` }],
                guess: list === "requiredServiceAccountAnnotationKeys",
              },
            ];
          }),
      ),
    ),
};

const identityRule: Lint = {
  code: "identity-rule",
  severity: "note",
  explanation:
    "--identity-fallback decides what a pod gets whose service account has no annotation that names an identity. none: no credentials. unassigned: the node's. node: the node's, also if the cloud rejected the pod's.",
  check: (context) =>
    podUses(context).flatMap((use): readonly Hit[] => {
      const { identity, podsNeedAnnotation } = use.reading;
      const required = use.token.requiredServiceAccountAnnotationKeys ?? [];
      if (identity === undefined || !podsNeedAnnotation || withoutIdentity(use, context)) return [];
      if (givesPodsIdentity(use, context)) return [];
      if (identityKeys(use).some((key) => required.includes(key))) return [];
      const given = (use.provider.args ?? []).some((word) => /^--?identity-fallback\b/.test(word));
      const rule = `--identity-fallback=${identity.fallback}${given ? "" : ", the default"}`;
      const [outcome, fix] =
        identity.fallback === "none"
          ? ["get no credentials", "to use the node's: --identity-fallback=unassigned in args"]
          : [
              "pull with the node's identity",
              "to give them no credentials: --identity-fallback=none in args",
            ];
      return [
        {
          at: `${use.at}.tokenAttributes`,
          message: `pods whose service account names no identity ${outcome} (${rule})`,
          fix: `nothing, if this is intended; ${fix}`,
        },
      ];
    }),
};

const wrongAudience: Lint = {
  code: "wrong-audience",
  severity: "warning",
  explanation:
    "The cloud exchanges a token only if it is for the expected audience. With another one every pod's pull fails.",
  check: (context) => podUses(context).flatMap((use) => audienceHits(use, context)),
};

function audienceHits(use: PodUse, context: LintContext): readonly Hit[] {
  const { audiences } = use.reading;
  const audience = use.token.serviceAccountTokenAudience;
  if (audiences === undefined || audience === "" || audiences.known.length === 0) return [];
  const fitting = audiences.known.filter(({ hosts }) => hosts === undefined || reaches(use, hosts, context));
  const candidates = fitting.length > 0 ? fitting : audiences.known;
  if (candidates.some((one) => one.audience === audience)) return [];
  const known = audiences.known.find((one) => one.audience === audience);
  const [meant] = candidates;
  const looksAlike = known !== undefined || audiences.known.some((one) => sameKind(one.audience, audience));
  // If other audiences can be allowed, only one that is almost right counts as a mistake.
  if (meant === undefined || (audiences.others !== undefined && !looksAlike)) return [];
  const at = `${use.at}.tokenAttributes.serviceAccountTokenAudience`;
  const others = audiences.others === undefined ? "" : `, unless it is one of ${audiences.others}`;
  return [
    {
      at,
      message:
        known === undefined
          ? `the audience ${shown(audience)} is not the one for these arguments`
          : `the audience ${shown(audience)} is for other registries than this provider's`,
      fix: `write ${listed(candidates.map((one) => one.audience))}${others}`,
      changes: [{ kind: "replace", at, value: meant.audience }],
      guess: audiences.others !== undefined,
    },
  ];
}

/** Whether a provider's patterns match some of these hosts. */
function reaches(use: PodUse, hosts: readonly string[], context: LintContext): boolean {
  return hostPatternsOf(context).some(
    ({ provider, side }) =>
      provider === use.provider && hosts.some((host) => hostsIntersect(side.labels, host.split("."))),
  );
}

/** Whether two audiences differ only in a number or name of a pool, the scheme, or a few letters. */
function sameKind(known: string, written: string): boolean {
  const shape = (text: string) =>
    text
      .replace(/^(?:https:)?\/\//, "")
      .replace(/\/$/, "")
      .split("/");
  const [a, b] = [shape(known), shape(written)];
  if (nearest(written, [known]) !== undefined) return true;
  if (known.endsWith(".svc.id.goog")) return written.endsWith(".svc.id.goog");
  return a.length > 2 && a.length === b.length && a[0] === b[0];
}

export const IDENTITY_LINTS: readonly Lint[] = [
  identityNotPassed,
  unreadAnnotation,
  wrongAudience,
  identityRule,
];
