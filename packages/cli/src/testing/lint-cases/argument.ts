import { mkdirSync, symlinkSync } from "node:fs";
import { type Case, type Cases, script } from "./case.ts";

/** The provider "mine", whose executable is a link to another. */
function linked(target: string): Pick<Case, "args" | "prepare"> {
  return {
    args: ["--bin-dir", "/opt/bin"],
    prepare: (bench) => {
      mkdirSync(bench.path("opt/bin"), { recursive: true });
      script(bench.path("opt/bin", target));
      symlinkSync(target, bench.path("opt/bin/mine"));
    },
  };
}

/** lint/argument-lints.ts */
export const ARGUMENT_CASES: Cases = {
  "plugin-arguments": {
    hits: [
      {
        name: "gcr-credential-provider",
        match: '["gcr.io"]',
        provider: "args: [get-credentials, --identity-falback=node]",
        at: [8, 29],
        fixed: [/--identity-fallback=node/],
      },
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'args: ["--identity-fallback=unasigned"]',
        fixed: [/--identity-fallback=unassigned/],
      },
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'args: ["--role-arn arn:aws:iam::123456789012:role/pull"]',
        fixed: [/--role-arn=arn/],
      },
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'env: [{name: AWS_USE_FIPS_ENDPOINT, value: "maybe"}]',
        at: [8, 48],
      },
      {
        name: "mine",
        match: '["public.ecr.aws"]',
        provider: "args: [--nonsense]",
        ...linked("ecr-credential-provider"),
      },
    ],
    misses: [
      { name: "gcr-credential-provider", match: '["gcr.io"]', provider: "args: [get-credentials, --v=3]" },
      { name: "another-make", provider: "args: [--nonsense]" },
    ],
  },
};
